#ifndef CONSOLE_H
#define CONSOLE_H

#include <stddef.h>

/// A file of the console, as it stands in this folder.
struct console_file {
  /// Its path under `assets`.
  const char *path;
  const unsigned char *bytes;
  size_t size;
};

/// How many files there are.
extern const size_t console_file_count;

/// The file with a number under `console_file_count`.
struct console_file console_file_at(size_t index);

#endif
