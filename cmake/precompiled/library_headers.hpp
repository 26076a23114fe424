#pragma once

#include "common_headers.hpp"

#include <fmt/format.h>
