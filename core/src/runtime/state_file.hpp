#pragma once

#include "runtime/sqlite.hpp"

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

namespace capstan::detail {

/// How long to wait for other processes, and whether to stop waiting.
struct BusyWait {
    explicit BusyWait(std::chrono::milliseconds t) : timeout(t) {}
    std::chrono::milliseconds timeout;
    std::atomic<bool> interrupted{false};
};

/// Whether the contents are checked when the file is opened: unless it is very large, and whatever
/// its size once its use has failed.
enum class FileCheck { by_size, always };

/// Opens the state file at `path`, creating, checking and if need be replacing it. What had to be
/// moved aside is appended to `notices`. `busy` must outlive the result.
sqlite::Database open_state_file(const std::string& path, BusyWait& busy,
                                 std::vector<StateNotice>& notices,
                                 FileCheck check = FileCheck::by_size);

}  // namespace capstan::detail
