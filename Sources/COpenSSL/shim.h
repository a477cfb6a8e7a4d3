#pragma once
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

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
static inline X509 *ssl_peer_certificate(SSL *ssl) { return SSL_get1_peer_certificate(ssl); }
/* When a certificate ends, in seconds since 1970; -1 where it does not say. */
static inline long long certificate_end(const X509 *certificate) {
  struct tm end;
  if (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1) return -1;
  return (long long)timegm(&end);
}
static inline int general_names_count(const GENERAL_NAMES *names) {
  return sk_GENERAL_NAME_num(names);
}
/* The kind (GEN_DNS and so on) and the bytes of a name, for the kinds that are bytes. */
static inline int general_name_bytes(const GENERAL_NAMES *names, int index,
                                     const unsigned char **bytes, int *length) {
  const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, index);
  const ASN1_STRING *text = 0;
  switch (name->type) {
    case GEN_DNS: text = name->d.dNSName; break;
    case GEN_URI: text = name->d.uniformResourceIdentifier; break;
    case GEN_EMAIL: text = name->d.rfc822Name; break;
  }
  *bytes = text ? ASN1_STRING_get0_data(text) : 0;
  *length = text ? ASN1_STRING_length(text) : 0;
  return name->type;
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
