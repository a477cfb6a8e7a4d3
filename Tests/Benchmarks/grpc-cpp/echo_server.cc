// The service of Tests/Benchmarks/echo.proto on gRPC C++, asynchronously: one thread that works
// off one completion queue, which is the quickest that gRPC C++ is on one core.
//
// usage: echo_server CERTIFICATE KEY
//
// It takes a free port of 127.0.0.1, says the address in one line once it accepts calls, and serves
// until it is killed.

#include <grpcpp/grpcpp.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>

#include "echo.grpc.pb.h"

using google::protobuf::BytesValue;
using workflow_history::benchmarks::EchoService;

namespace {

// How many calls may be waited for at once: as many as the load has streams, so that none waits
// for a call object to be made.
constexpr int kWaitingCalls = 256;

std::string ReadFile(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// One call, from the wait for it to the end of its answer; then the next takes its place.
class EchoCall {
 public:
  EchoCall(EchoService::AsyncService* service, grpc::ServerCompletionQueue* queue)
      : service_(service), queue_(queue), responder_(&context_) {
    service_->RequestEcho(&context_, &request_, &responder_, queue_, queue_, this);
  }

  void Proceed(bool ok) {
    if (ok && !has_answered_) {
      has_answered_ = true;
      responder_.Finish(request_, grpc::Status::OK, this);
      return;
    }
    // When the queue shuts down, nothing more is waited for.
    if (has_answered_) new EchoCall(service_, queue_);
    delete this;
  }

 private:
  EchoService::AsyncService* service_;
  grpc::ServerCompletionQueue* queue_;
  grpc::ServerContext context_;
  BytesValue request_;
  grpc::ServerAsyncResponseWriter<BytesValue> responder_;
  bool has_answered_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: echo_server CERTIFICATE KEY\n";
    return 2;
  }
  grpc::SslServerCredentialsOptions tls;
  tls.pem_key_cert_pairs.push_back({ReadFile(argv[2]), ReadFile(argv[1])});

  EchoService::AsyncService service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(tls), &port);
  builder.RegisterService(&service);
  std::unique_ptr<grpc::ServerCompletionQueue> queue = builder.AddCompletionQueue();
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;

  for (int i = 0; i < kWaitingCalls; ++i) new EchoCall(&service, queue.get());
  std::cout << "127.0.0.1:" << port << std::endl;

  void* call = nullptr;
  bool ok = false;
  while (queue->Next(&call, &ok)) static_cast<EchoCall*>(call)->Proceed(ok);
}
