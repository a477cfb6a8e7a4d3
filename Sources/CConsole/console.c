// The files of the console as bytes. One that is added under `assets` needs a line here, which a test
// looks for: one without is not served.

#include "console.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char base_css[] = {
#embed "assets/base.css"
};
static const unsigned char charts_css[] = {
#embed "assets/charts.css"
};
static const unsigned char console_css[] = {
#embed "assets/console.css"
};
static const unsigned char favicon_svg[] = {
#embed "assets/favicon.svg"
};
static const unsigned char index_html[] = {
#embed "assets/index.html"
};
static const unsigned char js_api_js[] = {
#embed "assets/js/api.js"
};
static const unsigned char js_documents_js[] = {
#embed "assets/js/documents.js"
};
static const unsigned char js_dom_js[] = {
#embed "assets/js/dom.js"
};
static const unsigned char js_filters_js[] = {
#embed "assets/js/filters.js"
};
static const unsigned char js_format_js[] = {
#embed "assets/js/format.js"
};
static const unsigned char js_json_view_js[] = {
#embed "assets/js/json-view.js"
};
static const unsigned char js_keys_js[] = {
#embed "assets/js/keys.js"
};
static const unsigned char js_live_js[] = {
#embed "assets/js/live.js"
};
static const unsigned char js_main_js[] = {
#embed "assets/js/main.js"
};
static const unsigned char js_memory_js[] = {
#embed "assets/js/memory.js"
};
static const unsigned char js_neighbourhood_js[] = {
#embed "assets/js/neighbourhood.js"
};
static const unsigned char js_page_js[] = {
#embed "assets/js/page.js"
};
static const unsigned char js_parts_js[] = {
#embed "assets/js/parts.js"
};
static const unsigned char js_preferences_js[] = {
#embed "assets/js/preferences.js"
};
static const unsigned char js_router_js[] = {
#embed "assets/js/router.js"
};
static const unsigned char js_row_table_js[] = {
#embed "assets/js/row-table.js"
};
static const unsigned char js_sections_js[] = {
#embed "assets/js/sections.js"
};
static const unsigned char js_theme_js[] = {
#embed "assets/js/theme.js"
};
static const unsigned char js_usual_js[] = {
#embed "assets/js/usual.js"
};
static const unsigned char js_charts_axes_js[] = {
#embed "assets/js/charts/axes.js"
};
static const unsigned char js_charts_bars_js[] = {
#embed "assets/js/charts/bars.js"
};
static const unsigned char js_charts_columns_js[] = {
#embed "assets/js/charts/columns.js"
};
static const unsigned char js_charts_figure_js[] = {
#embed "assets/js/charts/figure.js"
};
static const unsigned char js_charts_lines_js[] = {
#embed "assets/js/charts/lines.js"
};
static const unsigned char js_charts_neighbours_js[] = {
#embed "assets/js/charts/neighbours.js"
};
static const unsigned char js_charts_timeline_js[] = {
#embed "assets/js/charts/timeline.js"
};
static const unsigned char js_views_dashboard_js[] = {
#embed "assets/js/views/dashboard.js"
};
static const unsigned char js_views_execution_js[] = {
#embed "assets/js/views/execution.js"
};
static const unsigned char js_views_executions_js[] = {
#embed "assets/js/views/executions.js"
};
static const unsigned char js_views_findings_js[] = {
#embed "assets/js/views/findings.js"
};
static const unsigned char js_views_signin_js[] = {
#embed "assets/js/views/signin.js"
};

#define FILE_AT(path, name) {path, name, sizeof name}

static const struct console_file files[] = {
  FILE_AT("base.css", base_css),
  FILE_AT("charts.css", charts_css),
  FILE_AT("console.css", console_css),
  FILE_AT("favicon.svg", favicon_svg),
  FILE_AT("index.html", index_html),
  FILE_AT("js/api.js", js_api_js),
  FILE_AT("js/documents.js", js_documents_js),
  FILE_AT("js/dom.js", js_dom_js),
  FILE_AT("js/filters.js", js_filters_js),
  FILE_AT("js/format.js", js_format_js),
  FILE_AT("js/json-view.js", js_json_view_js),
  FILE_AT("js/keys.js", js_keys_js),
  FILE_AT("js/live.js", js_live_js),
  FILE_AT("js/main.js", js_main_js),
  FILE_AT("js/memory.js", js_memory_js),
  FILE_AT("js/neighbourhood.js", js_neighbourhood_js),
  FILE_AT("js/page.js", js_page_js),
  FILE_AT("js/parts.js", js_parts_js),
  FILE_AT("js/preferences.js", js_preferences_js),
  FILE_AT("js/router.js", js_router_js),
  FILE_AT("js/row-table.js", js_row_table_js),
  FILE_AT("js/sections.js", js_sections_js),
  FILE_AT("js/theme.js", js_theme_js),
  FILE_AT("js/usual.js", js_usual_js),
  FILE_AT("js/charts/axes.js", js_charts_axes_js),
  FILE_AT("js/charts/bars.js", js_charts_bars_js),
  FILE_AT("js/charts/columns.js", js_charts_columns_js),
  FILE_AT("js/charts/figure.js", js_charts_figure_js),
  FILE_AT("js/charts/lines.js", js_charts_lines_js),
  FILE_AT("js/charts/neighbours.js", js_charts_neighbours_js),
  FILE_AT("js/charts/timeline.js", js_charts_timeline_js),
  FILE_AT("js/views/dashboard.js", js_views_dashboard_js),
  FILE_AT("js/views/execution.js", js_views_execution_js),
  FILE_AT("js/views/executions.js", js_views_executions_js),
  FILE_AT("js/views/findings.js", js_views_findings_js),
  FILE_AT("js/views/signin.js", js_views_signin_js),
};

const size_t console_file_count = sizeof files / sizeof files[0];

struct console_file console_file_at(size_t index) { return files[index]; }
