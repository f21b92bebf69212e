/**
 * The upload page's only stylesheet. All colours have a contrast of at least 4.5:1 to their
 * background, in light and dark mode.
 */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark; --ground: #f2f5f9; --paper: #fff; --ink: #16202c; --soft: #515f70; --line: #dbe1e9; --strong: #7d8a9a;
  --blue: #1456b8; --on-blue: #fff; --blue-ground: #ebf2fd; --good: #0f6b3a; --good-ground: #e4f5eb; --warn: #764800; --warn-ground: #fdf3e0;
  --bad: #a5201a; --bad-ground: #fdecec; --track: #e3e8ef; --fill: #1f6fde; --fill-two: #16894d; --shadow: 0 1px 2px rgb(16 24 40 / .05), 0 12px 32px -12px rgb(16 24 40 / .16)
}
@media (prefers-color-scheme: dark) { :root {
  --ground: #0e141b; --paper: #17202a; --ink: #e8edf3; --soft: #a5b2c1; --line: #2d3947; --strong: #74849a;
  --blue: #8fbaff; --on-blue: #0c1a2e; --blue-ground: #1a2b44; --good: #78d7a0; --good-ground: #14301f; --warn: #f3c470; --warn-ground: #33270f;
  --bad: #ff9f97; --bad-ground: #3a1c1b; --track: #2b3745; --fill: #6aa5ff; --fill-two: #55c585; --shadow: none
} }
* { box-sizing: border-box }
[hidden] { display: none !important }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; overflow-wrap: anywhere }
main { width: 100%; max-width: 52rem; min-height: 100vh; margin: 0 auto; padding: clamp(1rem, 4vw, 3.5rem) clamp(.75rem, 3vw, 1.5rem) 1.5rem; display: flex; flex-direction: column }
h1 { margin: 0 .25rem 1.25rem; font-size: clamp(1.3rem, 1.1rem + 1.2vw, 1.75rem); line-height: 1.2; letter-spacing: -.02em; text-wrap: balance }
h2 { margin: 0 0 .25rem; font-size: 1.15rem; line-height: 1.3; letter-spacing: -.01em; outline: 0 }
p { margin: .4rem 0 }
small { display: block; color: var(--soft); font-size: .8125rem; font-weight: 400; line-height: 1.4 }
.soft { color: var(--soft) }
.lead { font-weight: 650 }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: 1rem; box-shadow: var(--shadow); padding: clamp(1rem, 3.5vw, 2rem) }
footer { margin-top: auto; padding: 1.5rem .25rem 0; color: var(--soft); font-size: .8125rem; text-align: center }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
svg.icon { width: 1.25rem; height: 1.25rem; flex: none; fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round }
button, .button { display: inline-flex; align-items: center; justify-content: center; min-height: 2.75rem; padding: .5rem 1.1rem; border: 1px solid var(--strong); border-radius: .6rem; background: var(--paper); color: var(--ink); font: inherit; font-weight: 600; text-decoration: none; cursor: pointer; transition: background .15s, border-color .15s }
button:hover, .button:hover { background: var(--blue-ground); border-color: var(--blue) }
.primary, .zone:not(.small) button:first-child { background: var(--blue); border-color: var(--blue); color: var(--on-blue) }
:is(.primary, .zone:not(.small) button:first-child):hover { background: color-mix(in srgb, var(--blue) 88%, var(--ink)); color: var(--on-blue) }
.primary:disabled { background: var(--track); border-color: var(--track); color: var(--soft); cursor: not-allowed }
.quiet { border-color: transparent; background: transparent; color: var(--blue) }
.danger { color: var(--bad) }
.little { padding: .25rem .6rem; font-size: .875rem }
button.icon { width: 2.75rem; padding: 0; border-color: transparent; background: transparent; color: var(--soft) }
:is(a, button, summary, .table):focus-visible { outline: 3px solid var(--blue); outline-offset: 2px }
.zone { display: flex; flex-direction: column; align-items: center; gap: .75rem; margin: 1.25rem 0 0; padding: clamp(1.5rem, 6vw, 3.5rem) 1rem; border: 2px dashed var(--strong); border-radius: .9rem; background: color-mix(in srgb, var(--blue-ground) 45%, transparent); text-align: center; transition: background .15s, border-color .15s }
.zone > svg.icon { width: 3.5rem; height: 3.5rem; stroke-width: 1.1; color: var(--blue) }
.zone.over { border-color: var(--blue); border-style: solid; background: var(--blue-ground) }
.zone p { margin: 0 }
.zone.small { flex-direction: row; flex-wrap: wrap; padding: .9rem 1.1rem; text-align: left }
.zone.small > svg.icon { width: 2rem; height: 2rem }
.zone.small .choices { margin-left: auto }
.zone.small .soft { display: none }
.choices { display: flex; flex-wrap: wrap; gap: .6rem; justify-content: center }
.limits { margin: .9rem 0 0; padding: 0; list-style: none; color: var(--soft); font-size: .875rem }
.planned:not(:empty) { margin-top: 1.5rem }
.planned[aria-busy] > :not(.note) { opacity: .6 }
.table { margin: .5rem 0 0; max-height: 30rem; overflow: auto }
/* A shadow at the lower edge, as long as more rows lie below. */
.table { background: linear-gradient(transparent, var(--paper) 60%) bottom / 100% 2.5rem no-repeat local, linear-gradient(transparent, color-mix(in srgb, var(--ink) 16%, transparent)) bottom / 100% .75rem no-repeat scroll }
table { width: 100%; border-collapse: collapse; font-size: .9375rem }
caption { padding: 0 0 .35rem; text-align: left; font-weight: 650 }
thead th { position: sticky; top: 0; z-index: 1; background: var(--paper); color: var(--soft); font-size: .8125rem; font-weight: 500 }
th, td { padding: .6rem .5rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: middle }
th:first-child { padding-left: 0 }
thead .unseen { right: 0 }
td:last-child, thead th:last-child { padding-right: 0 }
tbody th { font-weight: 500 }
tr:last-child > * { border-bottom: 0 }
.num { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
.act { width: 1%; padding-right: 0; text-align: right; white-space: nowrap }
.name { display: flex; gap: .65rem; align-items: center }
.name > svg.icon { align-self: flex-start; margin-top: .1rem; color: var(--soft) }
tr.safe .state { color: var(--good) }
tr.bad .state { color: var(--bad) }
.state svg.icon { width: 1rem; height: 1rem; margin-right: .3rem; stroke-width: 2.6; vertical-align: -.15em }
.words { flex: 1; min-width: 0 }
.md5 { font-family: ui-monospace, 'Cascadia Mono', monospace; font-size: clamp(.65rem, 2.75vw, .75rem) }
details { margin: .25rem 0; color: var(--soft); font-size: .9375rem }
summary { padding: .7rem 0; cursor: pointer; border-radius: .3rem }
ul { margin: .4rem 0; padding-left: 1.2rem }
details ul { max-height: 12rem; overflow: auto }
.refused { list-style: none; padding: 0 }
.refused li { padding: .35rem 0 }
.refused strong { display: block }
.note { display: flex; gap: .75rem; margin: 1rem 0; padding: .9rem 1rem; border: 1px solid transparent; border-radius: .75rem; background: var(--blue-ground); color: var(--ink) }
.note > div { flex: 1; min-width: 0 }
.note > svg.icon { margin-top: .15rem; color: var(--blue) }
.note p { margin: 0 0 .2rem }
.note > div > :last-child { margin-bottom: 0 }
.note p > button { margin-top: .4rem }
.note .choices { justify-content: flex-start; margin-top: .6rem }
.note.warn { background: var(--warn-ground) } .note.warn > svg.icon, .note.warn .lead { color: var(--warn) }
.note.bad { background: var(--bad-ground) } .note.bad > svg.icon, .note.bad .lead { color: var(--bad) }
.note.good { background: var(--good-ground) } .note.good > svg.icon, .note.good .lead { color: var(--good) }
.note.good > svg.icon { width: 2rem; height: 2rem; stroke-width: 2.2; margin: 0 }
progress { display: block; width: 100%; height: .6rem; border: 0; border-radius: 1rem; overflow: hidden; background: var(--track); appearance: none; color: var(--fill) }
progress::-webkit-progress-bar { background: var(--track) }
progress::-webkit-progress-value { background: var(--fill); border-radius: 1rem; transition: width .25s linear }
progress::-moz-progress-bar { background: var(--fill); border-radius: 1rem }
progress.zenodo::-webkit-progress-value { background: var(--fill-two) }
progress.zenodo::-moz-progress-bar { background: var(--fill-two) }
.bars { margin: 1.25rem 0 .5rem }
.bars > p, .room > p { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; margin: .9rem 0 .35rem; font-variant-numeric: tabular-nums }
.bars > .pace { margin: .6rem 0 0; justify-content: start }
.room { margin: 1.25rem 0; font-size: .9375rem }
.room.over { color: var(--bad) }
.room.over progress::-webkit-progress-value { background: var(--bad) }
.room.over progress::-moz-progress-bar { background: var(--bad) }
.twobars { width: 34% }
.twobars progress { height: .375rem }
.twobars progress + progress { margin-top: .3rem }
.actions + .table { margin-top: 1.5rem }
.actions { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; justify-content: flex-end; margin: 1.25rem 0 0 }
.actions.start { justify-content: flex-start; margin-left: -1.1rem }
.sum { flex: 1; min-width: 9rem; font-weight: 650 }
.plain label { display: block; font-weight: 650 }
.plain input { width: 100%; min-height: 2.75rem; margin-top: .4rem; padding: .5rem .75rem; border: 1px solid var(--strong); border-radius: .6rem; background: var(--paper); color: var(--ink); font: inherit }
.plain > p { margin: 1.25rem 0 }
.plain > p:last-child { margin-bottom: 0 }
.plain input::file-selector-button { margin-right: .75rem; padding: .25rem .8rem; border: 1px solid var(--strong); border-radius: .45rem; background: var(--paper); color: var(--ink); font: inherit; font-weight: 600; cursor: pointer }
.table + p { margin-top: 1rem }
:is(.plain input):focus-visible { outline: 3px solid var(--blue); outline-offset: 2px }

/* The script may not come, or be too new for the browser. Without scripts there is the form. */
.stuck { visibility: hidden; animation: appear 0s 10s forwards }
@keyframes appear { to { visibility: visible } }
main:has(form.plain) > #loading { display: none }
@media (scripting: none) { #loading { display: none } }

dialog { width: min(28rem, calc(100vw - 2rem)); padding: 1.5rem; border: 1px solid var(--line); border-radius: 1rem; background: var(--paper); color: var(--ink) }
dialog::backdrop { background: rgb(8 14 22 / .55) }
@media (max-width: 34rem) {
  .actions > :is(button, .button) { flex: 1 1 auto }
  .sum { flex-basis: 100% }
  .actions.start { margin-left: 0 }
  .actions.start > .button { justify-content: flex-start; padding-inline: 0 }
  .withbars, .withbars tbody { display: block }
  .withbars caption { display: block }
  .withbars thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
  .withbars tbody > tr { display: grid; grid-template-columns: 1fr auto auto; gap: .4rem .75rem; align-items: center; padding: .7rem 0; border-bottom: 1px solid var(--line) }
  .withbars tbody > tr:last-child { border-bottom: 0 }
  .withbars tbody > tr > * { padding: 0; border: 0; width: auto }
  .withbars tbody > tr > th { grid-column: 1 / -1 }
  .withbars .twobars { padding-left: 1.9rem }
  .withbars tbody > tr > .num:last-child { grid-column: 2 / -1 }
  th, td { padding: .55rem .3rem }
  .zone.small > svg.icon { display: none }
  .zone.small .choices { margin-left: 0; width: 100% }
  .zone .choices > button { flex: 1 1 auto }
}
/* A list that is scrolled inside a page that is scrolled would be a trap. */
@media (max-height: 36rem) { .table, details ul { max-height: none } thead th { position: static } }
@media (hover: none) { .zone > .words { display: none } }
@media (min-width: 120rem) { html { font-size: 118.75% } }
@media (min-width: 200rem) { html { font-size: 175% } }
/* Grounds are taken away there, and with them the bars. */
@media (forced-colors: active) {
  .actions.start { margin-left: 0 }
  progress { forced-color-adjust: none; background: Canvas; outline: 1px solid CanvasText }
  progress::-webkit-progress-bar { background: Canvas }
  progress::-webkit-progress-value { background: Highlight !important }
  progress::-moz-progress-bar { background: Highlight !important }
}
@media print {
  body { background: none }
  .card { border: 0; box-shadow: none; padding: 0 }
  .table, details ul { max-height: none; overflow: visible }
  button, .actions, .zone { display: none }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important } }
`;
