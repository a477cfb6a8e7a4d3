#pragma once
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

/* What OpenSSL spells as macros, which Swift cannot import. */

static inline int ssl_ctx_set_min_proto_version(SSL_CTX *context, int version) {
  return (int)SSL_CTX_set_min_proto_version(context, version);
}
static inline void ssl_ctx_release_buffers(SSL_CTX *context) {
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
}
static inline void ssl_ctx_refuse_renegotiation(SSL_CTX *context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
}
static inline int ssl_set_server_name(SSL *ssl, const char *name) {
  return (int)SSL_set_tlsext_host_name(ssl, name);
}
/* ERR_reason_error_string has nothing to say of the system's own errors. */
static inline const char *err_reason(unsigned long error) {
  return ERR_SYSTEM_ERROR(error) ? strerror(ERR_GET_REASON(error)) : ERR_reason_error_string(error);
}
static inline size_t bio_contents(BIO *bio, const void **bytes) {
  char *start = 0;
  long count = BIO_get_mem_data(bio, &start);
  *bytes = start;
  return count > 0 ? (size_t)count : 0;
}
static inline void bio_empty(BIO *bio) { (void)BIO_reset(bio); }
