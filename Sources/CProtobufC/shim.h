#pragma once
#include <protobuf-c/protobuf-c.h>
#include <string.h>
