#pragma once
#include <sys/ioctl.h>
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

/* How many bytes that were written the peer's side has not confirmed; 0 where it is not known. */
static inline int unacknowledged_bytes(int descriptor) {
  int count = 0;
#ifdef __linux__
  return ioctl(descriptor, TIOCOUTQ, &count) < 0 ? 0 : count;
#else
  socklen_t size = sizeof count;
  return getsockopt(descriptor, SOL_SOCKET, SO_NWRITE, &count, &size) < 0 ? 0 : count;
#endif
}

/// The error that has ended a connection, such as ECONNRESET; 0 where none has. It is told once.
static inline int socket_error(int descriptor) {
  int error = 0;
  socklen_t size = sizeof error;
  return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) < 0 ? 0 : error;
}
