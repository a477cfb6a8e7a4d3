// A client of the service on gRPC C++ and what protoc makes of Protos/; see the Makefile.
//
// usage: WORKFLOW_HISTORY_TOKEN=... client HOST:PORT CA-FILE SOCKET
//
// It prints each message that it is answered with as a line of JSON.

#include <google/protobuf/util/json_util.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "workflow_history/v1/workflow_history_service.grpc.pb.h"

using namespace workflow_history::v1;

namespace {

using Stub = WorkflowHistoryService::Stub;

// The context of one call, which is given 30 seconds.
struct Context : grpc::ClientContext {
  Context() { set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30)); }
};

void Show(const google::protobuf::Message& message) {
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json).ok()) {
    throw std::runtime_error("no JSON of a " + message.GetTypeName());
  }
  std::cout << R"({"type": ")" << message.GetTypeName() << R"(", "value": )" << json << "}\n";
}

void Check(const grpc::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.error_message());
}

// What the service found wrong with a request, from the status details of the error.
SaveRefusal Refusal(const grpc::Status& status) {
  SaveRefusal refusal;
  refusal.set_code(status.error_code());
  refusal.set_message(status.error_message());
  google::rpc::Status details;
  details.ParseFromString(status.error_details());
  for (const auto& detail : details.details()) {
    google::rpc::BadRequest bad_request;
    if (!detail.UnpackTo(&bad_request)) continue;
    for (const auto& violation : bad_request.field_violations()) {
      FieldViolation* found = refusal.add_field_violations();
      found->set_field(violation.field());
      found->set_description(violation.description());
    }
  }
  return refusal;
}

WorkflowExecution Execution(const std::string& workflow_id, const std::string& workflow_type,
                            WorkflowStatus status = WORKFLOW_STATUS_RUNNING) {
  WorkflowExecution execution;
  execution.set_workflow_id(workflow_id);
  execution.set_workflow_type(workflow_type);
  execution.set_status(status);
  return execution;
}

WorkflowExecution Save(Stub* history, const WorkflowExecution& execution) {
  Context context;
  SaveWorkflowExecutionRequest request;
  *request.mutable_execution() = execution;
  SaveWorkflowExecutionResponse response;
  Check(history->SaveWorkflowExecution(&context, request, &response));
  Show(response);
  return response.execution();
}

void Get(Stub* history, const std::string& id) {
  Context context;
  GetWorkflowExecutionRequest request;
  request.set_id(id);
  GetWorkflowExecutionResponse response;
  Check(history->GetWorkflowExecution(&context, request, &response));
  Show(response);
}

void Complete(Stub* history, const WorkflowExecution& saved) {
  Context context;
  UpdateWorkflowExecutionRequest request;
  request.mutable_execution()->set_id(saved.id());
  request.mutable_execution()->set_status(WORKFLOW_STATUS_COMPLETED);
  request.mutable_execution()->mutable_output_data()->set_json(R"({"written": 10})");
  request.mutable_update_mask()->add_paths("status");
  request.mutable_update_mask()->add_paths("output_data");
  request.set_expected_version(saved.version());
  UpdateWorkflowExecutionResponse response;
  Check(history->UpdateWorkflowExecution(&context, request, &response));
  Show(response);
}

void BeRefused(Stub* history) {
  Context context;
  SaveWorkflowExecutionRequest request;
  *request.mutable_execution() = Execution("wf-123", "");
  SaveWorkflowExecutionResponse response;
  grpc::Status status = history->SaveWorkflowExecution(&context, request, &response);
  if (status.error_code() != grpc::INVALID_ARGUMENT) throw std::runtime_error("it was not refused");
  Show(Refusal(status));
}

// One stream, of which each request is answered: the second execution is refused, and holds up
// none. Who sends many requests reads while writing: the server waits for its answers to be read.
void SaveMany(Stub* history) {
  Context context;
  auto stream = history->SaveWorkflowExecutions(&context);
  SaveWorkflowExecutionsRequest portion;
  *portion.add_executions() = Execution("wf-bulk-0", "etl");
  *portion.add_executions() = Execution("wf-bulk-1", "");
  stream->Write(portion);
  portion.clear_executions();
  *portion.add_executions() = Execution("wf-bulk-2", "etl", WORKFLOW_STATUS_COMPLETED);
  stream->Write(portion);
  stream->WritesDone();
  SaveWorkflowExecutionsResponse response;
  while (stream->Read(&response)) Show(response);
  Check(stream->Finish());
}

// The first answer says that changes are told from now on. A watch lasts until it is cancelled.
void Watch(Stub* history) {
  grpc::ClientContext context;
  WatchWorkflowExecutionsRequest request;
  request.set_workflow_id("wf-watched");
  auto stream = history->WatchWorkflowExecutions(&context, request);
  WatchWorkflowExecutionsResponse told;
  if (stream->Read(&told)) {
    Show(told);
    Save(history, Execution("wf-watched", "etl"));
  }
  while (told.changes().empty()) {
    if (!stream->Read(&told)) return Check(stream->Finish());
    Show(told);
  }
  context.TryCancel();
  stream->Finish();
}

void ReadHistory(Stub* history) {
  GetUserWorkflowHistoryRequest request;
  request.set_page_size(3);
  request.set_include_total(true);
  do {
    Context context;
    GetUserWorkflowHistoryResponse page;
    Check(history->GetUserWorkflowHistory(&context, request, &page));
    Show(page);
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
}

void ReadStatistics(Stub* history) {
  Context context;
  GetWorkflowStatisticsRequest request;
  request.set_days(7);
  GetWorkflowStatisticsResponse response;
  Check(history->GetWorkflowStatistics(&context, request, &response));
  Show(response);
}

void ReadMetrics(Stub* history) {
  Context context;
  GetPerformanceMetricsRequest request;
  request.set_days(7);
  GetPerformanceMetricsResponse response;
  Check(history->GetPerformanceMetrics(&context, request, &response));
  Show(response);
}

void Run(const std::string& address, const std::string& ca, const std::string& socket,
         const std::string& token) {
  auto credentials = grpc::CompositeChannelCredentials(grpc::SslCredentials({ca, "", ""}),
                                                       grpc::AccessTokenCredentials(token));
  auto history = WorkflowHistoryService::NewStub(grpc::CreateChannel(address, credentials));
  WorkflowExecution execution = Execution("wf-123", "etl");
  execution.mutable_input_data()->set_json(R"({"rows": 10})");
  WorkflowExecution saved = Save(history.get(), execution);
  Get(history.get(), saved.id());
  Complete(history.get(), saved);
  BeRefused(history.get());
  SaveMany(history.get());
  Watch(history.get());
  ReadHistory(history.get());
  ReadStatistics(history.get());
  ReadMetrics(history.get());

  auto local = grpc::CompositeChannelCredentials(grpc::experimental::LocalCredentials(UDS),
                                                 grpc::AccessTokenCredentials(token));
  auto over_socket = WorkflowHistoryService::NewStub(grpc::CreateChannel("unix:" + socket, local));
  Get(over_socket.get(), saved.id());
}

std::string Content(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

int main(int argc, char** argv) {
  const char* token = std::getenv("WORKFLOW_HISTORY_TOKEN");
  if (argc != 4 || token == nullptr) {
    std::cerr << "usage: WORKFLOW_HISTORY_TOKEN=... client HOST:PORT CA-FILE SOCKET\n";
    return 2;
  }
  try {
    Run(argv[1], Content(argv[2]), argv[3], token);
  } catch (const std::exception& error) {
    std::cerr << "client: " << error.what() << "\n";
    return 1;
  }
}
