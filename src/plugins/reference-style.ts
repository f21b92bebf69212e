/**
 * Corrections of Swagger UI: a contrast of 4.5:1 in light mode, and hidden parts: a bar with the
 * framework's name and a URL field, the list of a single server, and the badge with the OpenAPI
 * version.
 */
export const REFERENCE_STYLE = `
.swagger-ui .topbar, .swagger-ui .schemes-server-container, .swagger-ui .version-stamp { display: none !important }
.swagger-ui .scheme-container .schemes { justify-content: flex-end }
.swagger-ui, .swagger-ui .opblock-tag, .swagger-ui .info .title, .swagger-ui .btn { font-family: system-ui, sans-serif }
.swagger-ui .opblock .opblock-summary-description { font-family: inherit }
.swagger-ui .info { margin: 2rem 0 }
.swagger-ui pre.microlight, .swagger-ui .highlight-code pre { background: #20262e !important; color: #f2f5f8 !important }
.swagger-ui .opblock-tag small { padding-left: 0; font-size: .875rem }
.swagger-ui .download-contents, .swagger-ui .json-schema-2020-12__constraint { background: #4f5866; color: #ffffff }
.dark-mode .swagger-ui :is(.header-col, .examples-select__section-label, .response-col_description__inner p, .opblock-section-header label) { color: #e4e6e6 }
.dark-mode .swagger-ui .btn.try-out__btn.cancel { border-color: #ffb4ad !important; background: none !important; color: #ffb4ad !important }
@media (max-width: 40rem) {
  .swagger-ui .opblock-tag { display: block }
  .swagger-ui :is(table, tbody, tr, td, .opblock-body pre) { max-width: 100% }
  .swagger-ui .table-container, .swagger-ui .responses-inner { overflow-x: auto }
  .swagger-ui .opblock .opblock-summary { flex-wrap: wrap }
  .swagger-ui .opblock .opblock-summary-description { flex-basis: 100%; padding-left: .625rem }
}
@media (prefers-color-scheme: light) {
  html:not(.dark-mode) .swagger-ui .json-schema-2020-12-expand-deep-button { color: #4f5866 }
  html:not(.dark-mode) .swagger-ui .info .title small { background: #4f5866 }
  html:not(.dark-mode) .swagger-ui .info .title small pre { background: none }
  html:not(.dark-mode) .swagger-ui :is(.info .url, .info a, .info__license__url, a.nostyle, .model-toggle, .renderedMarkdown a, .link) { color: #1456b8 }
  html:not(.dark-mode) .swagger-ui .opblock .opblock-summary-path a.nostyle { color: inherit }
  html:not(.dark-mode) .swagger-ui .opblock-get .opblock-summary-method { background: #1456b8 }
  html:not(.dark-mode) .swagger-ui .opblock-post .opblock-summary-method { background: #11683a }
  html:not(.dark-mode) .swagger-ui .opblock-put .opblock-summary-method { background: #8a4b00 }
  html:not(.dark-mode) .swagger-ui .opblock-patch .opblock-summary-method { background: #0b6b6b }
  html:not(.dark-mode) .swagger-ui .opblock-delete .opblock-summary-method { background: #a8201a }
  html:not(.dark-mode) .swagger-ui .opblock-options .opblock-summary-method, html:not(.dark-mode) .swagger-ui .opblock-head .opblock-summary-method { background: #4f5866 }
  html:not(.dark-mode) .swagger-ui .btn.authorize { border-color: #11683a; color: #11683a }
  html:not(.dark-mode) .swagger-ui .btn.authorize svg { fill: #11683a }
  html:not(.dark-mode) .swagger-ui .btn.execute { border-color: #1456b8; background: #1456b8 }
  html:not(.dark-mode) .swagger-ui .btn.cancel { border-color: #a8201a; color: #a8201a }
  html:not(.dark-mode) .swagger-ui .parameter__name.required span, html:not(.dark-mode) .swagger-ui .parameter__name.required::after { color: #a8201a }
  html:not(.dark-mode) .swagger-ui :is(.parameter__in, .parameter__deprecated, .prop-format, .parameter__extension, .response-control-media-type__accept-message, .response__extension) { color: #526072 }
  html:not(.dark-mode) .swagger-ui .response-control-media-type__accept-message { color: #11683a }
}
`;
