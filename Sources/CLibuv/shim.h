#pragma once
#include <sys/socket.h>
#include <uv.h>

/* accept4 is declared only to those who ask for GNU extensions. */
#ifdef __linux__
extern int accept4(int descriptor, struct sockaddr *address, socklen_t *size, int flags);
#endif

static inline int accept_nonblocking(int descriptor) {
#ifdef __linux__
  return accept4(descriptor, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
#else
  return accept(descriptor, 0, 0);
#endif
}
