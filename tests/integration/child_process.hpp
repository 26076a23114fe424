#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace test {

/// A folder for one test case, removed with all that is in it.
class TemporaryFolder {
public:
    TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    ~TemporaryFolder();

    std::string path(const std::string& name) const { return (folder_ / name).string(); }
    /// The names of the files that begin with `prefix`, sorted.
    std::vector<std::string> names(const std::string& prefix) const;

private:
    std::filesystem::path folder_;
};

/// A running program; killed when forgotten.
class ChildProcess {
public:
    explicit ChildProcess(std::vector<std::string> arguments);
    ChildProcess(const ChildProcess&) = delete;
    ~ChildProcess();

    void kill();
    /// True when it has come to its end; wait() tells which.
    bool ended() const;
    /// The exit code; negative: the signal that ended it.
    int wait();

private:
    pid_t pid_ = -1;
};

void write_file(const std::string& path, const std::string& bytes);
std::string read_file(const std::string& path);

}  // namespace test
