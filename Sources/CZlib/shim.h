#pragma once
/* Input is const then. */
#define ZLIB_CONST
#include <zlib.h>

/* What zlib spells as macros, which Swift cannot import. */

static inline int deflate_init(z_stream *stream, int level, int window_bits, int memory_level) {
  return deflateInit2(stream, level, Z_DEFLATED, window_bits, memory_level, Z_DEFAULT_STRATEGY);
}
static inline int inflate_init(z_stream *stream, int window_bits) {
  return inflateInit2(stream, window_bits);
}
