#pragma once
#include <http_parser.h>

// A macro, and bit-fields.
static inline enum http_errno http_parser_error(const http_parser *parser) {
  return HTTP_PARSER_ERRNO(parser);
}
static inline int http_parser_is_chunked(const http_parser *parser) {
  return (parser->flags & F_CHUNKED) != 0;
}
static inline void http_parser_ignore_upgrade(http_parser *parser) {
  parser->upgrade = 0;
}
