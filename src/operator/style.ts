import { createHash } from 'node:crypto';

/**
 * The pages' only stylesheet. All colours have a contrast of at least 4.5:1 to their background, in
 * light and dark mode.
 */
export const OPERATOR_STYLE = `
:root {
  color-scheme: light dark; --ground: #f3f5f8; --paper: #ffffff; --ink: #17202b; --soft: #526072; --line: #d5dbe3; --line-strong: #8693a3;
  --blue: #1456b8; --blue-ground: #e8f0fc; --good: #11683a; --good-ground: #e3f4ea; --wait: #7a4a00; --wait-ground: #fdf1dc;
  --bad: #a8201a; --bad-ground: #fdeaea; --bar: #1456b8; --shadow: 0 1px 2px rgb(16 24 40 / .06)
}
@media (prefers-color-scheme: dark) { :root {
  --ground: #10161d; --paper: #19212b; --ink: #e6ebf1; --soft: #a3b0bf; --line: #313d4b; --line-strong: #6f7f91; --blue: #8db8ff; --blue-ground: #1b2d47;
  --good: #74d49b; --good-ground: #16301f; --wait: #f2bf66; --wait-ground: #35270f; --bad: #ff9a92; --bad-ground: #3b1c1b; --bar: #5d97f0; --shadow: none
} }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: var(--ground); color: var(--ink); font: .9375rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
a { color: var(--blue); text-underline-offset: .15em }
:is(a, button, input, select, summary):focus-visible { outline: 3px solid var(--blue); outline-offset: 2px; border-radius: .25rem }
.skip { position: absolute; left: -100rem }
.skip:focus { position: static }
header { background: var(--paper); border-bottom: 1px solid var(--line) }
header > div, main, footer { width: 100%; max-width: 76rem; margin: 0 auto; padding: 0 1.25rem }
header > div { display: flex; flex-wrap: wrap; align-items: center; gap: 0 1.5rem }
.name { padding: .8rem 0; color: var(--ink); font-weight: 650; text-decoration: none; letter-spacing: -.01em; white-space: nowrap }
.name small { color: var(--soft); font-weight: 400; font-size: .8125rem; letter-spacing: 0 }
nav { display: flex; flex: 1; gap: .125rem; overflow-x: auto }
nav a { display: block; padding: .8rem .75rem; color: var(--soft); text-decoration: none; border-bottom: 2px solid transparent; white-space: nowrap }
nav a:hover { color: var(--ink) }
nav a[aria-current] { color: var(--ink); font-weight: 600; border-color: var(--blue) }
main { flex: 1; padding-top: 1.5rem; padding-bottom: 2.5rem }
footer { padding-bottom: 1.25rem; color: var(--soft); font-size: .8125rem }
h1 { margin: 0 0 1rem; font-size: 1.375rem; line-height: 1.25; letter-spacing: -.015em }
.title { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0 1rem }
h2 { margin: 2rem 0 .625rem; font-size: 1rem }
h2 small { color: var(--soft); font-weight: 400 }
p { margin: .5rem 0; max-width: 48rem }
.soft, small { color: var(--soft) }
a, code { unicode-bidi: isolate }
code, .id { font-family: ui-monospace, monospace; font-size: .8125rem }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: .5rem; box-shadow: var(--shadow) }
.pad { padding: 1rem 1.125rem }
.note { padding: .625rem .875rem; border: 1px solid currentColor; border-radius: .5rem; background: var(--blue-ground); color: var(--blue); max-width: none }
.note.bad { background: var(--bad-ground); color: var(--bad) }
.note.good { background: var(--good-ground); color: var(--good) }
.note.wait { background: var(--wait-ground); color: var(--wait) }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .75rem; margin: 0 }
.figures > div { padding: .75rem 1rem; background: var(--paper); border: 1px solid var(--line); border-radius: .5rem; box-shadow: var(--shadow) }
.figures dt { color: var(--soft); font-size: .8125rem }
.figures dd { margin: 0; font-size: 1.375rem; font-weight: 600; font-variant-numeric: tabular-nums; letter-spacing: -.02em }
.figures dd small { display: block; font-size: .8125rem; font-weight: 400; letter-spacing: 0 }
.figures dd a { color: inherit }
.columns { display: grid; gap: 0 2rem }
.columns .card + .card { margin-top: .75rem }
@media (min-width: 62rem) { .columns { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr) } }
.table { overflow-x: auto }
table { width: 100%; border-collapse: collapse; font-size: .875rem }
caption { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden }
th, td { padding: .55rem .875rem; text-align: left; vertical-align: top; border-top: 1px solid var(--line) }
thead th { border-top: 0; color: var(--soft); font-weight: 500; font-size: .8125rem; white-space: nowrap }
tbody tr:hover { background: color-mix(in srgb, var(--blue-ground) 45%, transparent) }
td.num, th.num { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
td.keep { white-space: nowrap }
small small { font-size: inherit }
small code { font-size: .95em }
td small { display: block }
.stack td > a { display: inline-block; max-width: 15rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; vertical-align: bottom }
.none { padding: 1.5rem 1rem; color: var(--soft); text-align: center; max-width: none; margin: 0 }
.state { display: inline-block; padding: .03rem .55rem; border: 1px solid currentColor; border-radius: 1rem; font-size: .8125rem; font-weight: 500; white-space: nowrap; color: var(--soft) }
.state.good { color: var(--good); background: var(--good-ground) }
.state.bad { color: var(--bad); background: var(--bad-ground) }
.state.wait { color: var(--wait); background: var(--wait-ground) }
.state.live { color: var(--blue); background: var(--blue-ground) }
form, figure { margin: 0 }
.search { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; padding: .875rem 1rem; margin-bottom: 1rem }
.search label { flex: 1 1 9rem; color: var(--soft); font-size: .8125rem }
.search label:first-child { flex: 4 1 18rem }
input, select { display: block; width: 100%; min-height: 2.5rem; margin-top: .2rem; padding: .35rem .6rem; border: 1px solid var(--line-strong); border-radius: .375rem; background: var(--paper); color: var(--ink); font: inherit; font-size: .9375rem }
button, .button { display: inline-flex; align-items: center; justify-content: center; min-height: 2.5rem; padding: .45rem 1rem; border: 1px solid var(--line-strong); border-radius: .375rem; background: var(--paper); color: var(--ink); font: inherit; font-weight: 550; text-decoration: none; cursor: pointer }
button.main { border-color: #1456b8; background: #1456b8; color: #ffffff }
button.danger { border-color: #a8201a; background: #a8201a; color: #ffffff }
button.link { min-height: 0; padding: .8rem 0; border: 0; background: none; color: var(--soft); font-weight: 400; text-decoration: underline; text-underline-offset: .15em }
.actions { display: flex; flex-wrap: wrap; gap: .625rem; align-items: center; margin: 1rem 0 }
.more { display: flex; gap: 1rem; padding: .75rem .875rem; border-top: 1px solid var(--line) }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .35rem 1.25rem; margin: 0 }
.facts dt { color: var(--soft) }
.facts dd { margin: 0 }
.history { list-style: none; margin: 0; padding: .375rem 0 }
.history li { position: relative; display: grid; grid-template-columns: 10.5rem minmax(0, 1fr); gap: 0 2rem; padding: .45rem 1.125rem }
.history li::before { content: ""; position: absolute; left: 12.3rem; top: .85rem; width: .625rem; height: .625rem; border-radius: 50%; background: var(--line-strong); z-index: 1 }
.history li::after { content: ""; position: absolute; left: 12.575rem; top: 0; bottom: 0; width: 2px; background: var(--line) }
.history li:first-child::after { top: .9rem }
.history li:last-child::after { bottom: auto; height: .9rem }
.history li.good::before { background: var(--good) }
.history li.bad::before { background: var(--bad) }
.history li.wait::before { background: var(--wait) }
.history li.live::before { background: var(--blue) }
.history time { color: var(--soft); font-size: .8125rem; font-variant-numeric: tabular-nums; padding-top: .1rem }
.history p { margin: 0 }
meter, progress { width: 100%; height: .625rem; vertical-align: middle }
.chart { display: block; width: 100%; height: 7rem }
.chart .done { fill: var(--bar) }
.chart .failed { fill: var(--bad) }
.chart line { stroke: var(--line-strong) }
.key { display: inline-block; width: .7rem; height: .7rem; border-radius: .15rem; margin-right: .3rem; background: var(--bar) }
.key.failed { background: var(--bad) }
.login { max-width: 24rem; margin: 8vh auto 0 }
.login h1 { margin-bottom: .25rem }
.login button { width: 100%; margin-top: .875rem }
.check { display: grid; grid-template-columns: 1.5rem minmax(0, 1fr); gap: 0 .5rem; padding: .6rem 1rem; border-top: 1px solid var(--line) }
.check:first-child { border-top: 0 }
.check p { margin: 0 }
.check .mark { font-weight: 700; color: var(--good) }
.check.bad .mark { color: var(--bad) }
@media (max-width: 44rem) {
  header > div { gap: 0; padding: 0 .275rem .25rem }
  .name { flex: 1 0 100%; padding: .7rem .6rem .3rem }
  nav { display: contents }
  nav a, button.link { padding: .45rem .6rem }
  main { padding-top: 1.125rem }
  main, footer { padding-left: .875rem; padding-right: .875rem }
  .stack thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden }
  .stack, .stack tbody { display: block }
  .stack tr { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: .1rem .75rem; padding: .65rem .875rem; border-top: 1px solid var(--line) }
  .stack tbody tr:first-child { border-top: 0 }
  .stack td { padding: 0; border: 0; text-align: left }
  .stack td:empty { display: none }
  .stack td:first-child { order: -2 }
  .stack td.when { order: -1; text-align: right }
  .stack td.wide { grid-column: 1 / -1 }
  .stack td[data-name]::before { content: attr(data-name) " "; color: var(--soft); font-weight: 400; font-family: system-ui, sans-serif; font-size: .8125rem }
  .facts { grid-template-columns: minmax(0, 1fr); gap: 0 }
  .facts dd { margin-bottom: .5rem }
  .history li { grid-template-columns: minmax(0, 1fr); padding-left: 2.25rem }
  .history li::before { left: .875rem; top: .75rem }
  .history li::after { left: 1.15rem }
}
`;

/** Part of its URL, so that browsers can cache it. */
export const STYLE_NAME = `style-${createHash('sha256').update(OPERATOR_STYLE).digest('hex').slice(0, 12)}.css`;
