#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace capstan::detail {

/// Names that only one holder at a time may have, among all processes that use one lock file.
///
/// A name is a byte of the file (its hash; the file itself stays empty), locked with a lock of the
/// open file description (F_OFD_SETLK). The kernel drops such a lock when the description is
/// closed, so with the process, even at kill -9; programs that a process starts do not inherit it,
/// for the descriptor closes on exec. Unlike traditional record locks it also keeps two objects of
/// one process apart, and is not lost when the file is closed elsewhere.
///
/// Thread-safe. Locks may outlive the object.
class FileLocks {
public:
    explicit FileLocks(std::string path);
    ~FileLocks();

    /// Null if somebody has it. Throws StateError when the file cannot be made.
    std::shared_ptr<void> try_lock(std::string_view name);

private:
    struct Held;
    std::shared_ptr<Held> held_;
};

}  // namespace capstan::detail
