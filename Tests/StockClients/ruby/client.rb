# frozen_string_literal: true

# A client of the service on the gem grpc (Debian's ruby-grpc) and what protoc makes of Protos/:
#
#   protoc -I Protos --ruby_out=lib --grpc_out=lib \
#     --plugin=protoc-gen-grpc="$(which grpc_ruby_plugin)" Protos/workflow_history/v1/*.proto
#   WORKFLOW_HISTORY_TOKEN=... ruby -I lib client.rb HOST:PORT CA-FILE SOCKET
#
# It prints each message that it is answered with as a line of JSON.

require "google/protobuf/well_known_types"
require "google/rpc/error_details_pb"
require "grpc"
require "workflow_history/v1/workflow_history_service_services_pb"

include WorkflowHistory::V1

def show(message)
  puts %({"type": "#{message.class.descriptor.name}", "value": #{message.to_json}})
  message
end

# What the service found wrong with a request, from the status details of the error.
def refusal(error)
  packed = error.to_rpc_status.details.find { |detail| detail.is(Google::Rpc::BadRequest) }
  violations = packed.unpack(Google::Rpc::BadRequest).field_violations.map do |violation|
    FieldViolation.new(field: violation.field, description: violation.description)
  end
  SaveRefusal.new(code: error.code, message: error.details, field_violations: violations)
end

def execution(workflow_id, **fields)
  defaults = { workflow_type: "etl", status: :WORKFLOW_STATUS_RUNNING }
  WorkflowExecution.new(workflow_id:, **defaults, **fields)
end

def save(history, metadata, execution)
  request = SaveWorkflowExecutionRequest.new(execution:)
  show(history.save_workflow_execution(request, metadata:)).execution
end

def get(history, metadata, id)
  show(history.get_workflow_execution(GetWorkflowExecutionRequest.new(id:), metadata:))
end

def complete(history, metadata, saved)
  show(history.update_workflow_execution(
    UpdateWorkflowExecutionRequest.new(
      execution: WorkflowExecution.new(
        id: saved.id, status: :WORKFLOW_STATUS_COMPLETED,
        output_data: JsonDocument.new(json: '{"written": 10}')
      ),
      update_mask: Google::Protobuf::FieldMask.new(paths: %w[status output_data]),
      expected_version: saved.version
    ), metadata:
  ))
end

def be_refused(history, metadata)
  save(history, metadata, execution("wf-123", workflow_type: ""))
rescue GRPC::InvalidArgument => error
  show(refusal(error))
end

# One stream, of which each request is answered: the second execution is refused, and holds up none.
def save_many(history, metadata)
  portions = [
    [execution("wf-bulk-0"), execution("wf-bulk-1", workflow_type: "")],
    [execution("wf-bulk-2", status: :WORKFLOW_STATUS_COMPLETED)]
  ]
  requests = portions.map { |portion| SaveWorkflowExecutionsRequest.new(executions: portion) }
  history.save_workflow_executions(requests, metadata:).each { |answer| show(answer) }
end

# The first answer says that changes are told from now on. A watch lasts until it is cancelled.
def watch(history, metadata)
  watch = history.watch_workflow_executions(
    WatchWorkflowExecutionsRequest.new(workflow_id: "wf-watched"), metadata:, return_op: true,
    deadline: GRPC::Core::TimeConsts::INFINITE_FUTURE
  )
  watch.execute.each_with_index do |told, index|
    show(told)
    break unless told.changes.empty?

    save(history, metadata, execution("wf-watched")) if index.zero?
  end
  watch.cancel
end

def read_all(history, metadata)
  request = GetUserWorkflowHistoryRequest.new(page_size: 3, include_total: true)
  loop do
    page = show(history.get_user_workflow_history(request, metadata:))
    break if page.next_page_token.empty?

    request.page_token = page.next_page_token
  end
  show(history.get_workflow_statistics(GetWorkflowStatisticsRequest.new(days: 7), metadata:))
  show(history.get_performance_metrics(GetPerformanceMetricsRequest.new(days: 7), metadata:))
end

address, ca, socket = ARGV
metadata = { "authorization" => "Bearer #{ENV.fetch("WORKFLOW_HISTORY_TOKEN")}" }

credentials = GRPC::Core::ChannelCredentials.new(File.read(ca))
history = WorkflowHistoryService::Stub.new(address, credentials, timeout: 30)
saved = save(
  history, metadata, execution("wf-123", input_data: JsonDocument.new(json: '{"rows": 10}'))
)
get(history, metadata, saved.id)
complete(history, metadata, saved)
be_refused(history, metadata)
save_many(history, metadata)
watch(history, metadata)
read_all(history, metadata)

local = WorkflowHistoryService::Stub.new("unix:#{socket}", :this_channel_is_insecure, timeout: 30)
get(local, metadata, saved.id)
