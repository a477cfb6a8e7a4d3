#include "workflow_history/v1/workflow_execution.pb-c.h"
#include "workflow_history/v1/workflow_statistics.pb-c.h"
#include "workflow_history/v1/workflow_history_service.pb-c.h"
#include "workflow_history/v1/file_descriptor_set.h"
