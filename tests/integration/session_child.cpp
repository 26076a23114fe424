// A process of its own for the tests of sessions: session_child hold PATH ID FILE opens the session
// and starts a program of its own, writes that one's process id into FILE, and waits to be killed.
#include "run_awaitable.hpp"

#include <capstan/session.hpp>

#include <spawn.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <string>

namespace {

pid_t start_sleep() {
    std::string program = "/bin/sleep";
    std::string seconds = "60";
    const std::array<char*, 3> arguments = {program.data(), seconds.data(), nullptr};
    pid_t pid = -1;
    ::posix_spawn(&pid, program.c_str(), nullptr, nullptr, arguments.data(), environ);
    return pid;
}

int hold(const std::string& path, const std::string& id, const std::string& file) {
    capstan::SessionStore store(std::make_unique<capstan::SqliteStateStore>(path));
    const auto session = capstan::testing::run_awaitable(store.open(id));
    std::ofstream(file + ".new") << start_sleep() << '\n';
    std::rename((file + ".new").c_str(), file.c_str());
    for (;;) ::pause();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5 || std::string(argv[1]) != "hold") return 2;
    return hold(argv[2], argv[3], argv[4]);
}
