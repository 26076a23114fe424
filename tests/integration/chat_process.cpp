#include "chat_process.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

namespace chat_process {
namespace {

using Time = std::chrono::steady_clock;

struct Pipe {
    Pipe() {
        if (pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category());
    }
    int ends[2] = {-1, -1};
};

/// Pointers into `texts`, as exec wants them.
std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (auto& text : texts) out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

[[noreturn]] void execute(const Command& command) {
    std::vector<std::string> arguments = {command.program};
    arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
    std::vector<std::string> environment;
    for (const auto& [name, value] : command.environment) environment.push_back(name + '=' + value);
    if (const char* path = std::getenv("PATH")) environment.push_back(std::string("PATH=") + path);
    execve(command.program.c_str(), pointers(arguments).data(), pointers(environment).data());
    _exit(127);
}

/// Reads what is there; false at the end.
bool drain(int fd, std::string& into) {
    char buffer[4096];
    const auto count = read(fd, buffer, sizeof buffer);
    if (count <= 0) return false;  // a terminal without a program is an error of its own
    into.append(buffer, static_cast<std::size_t>(count));
    return true;
}

int count_of(const std::string& text, const std::string& part) {
    int count = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size()))
        ++count;
    return count;
}

void write_all(int fd, const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
        const auto count = write(fd, text.data() + done, text.size() - done);
        if (count <= 0) return;
        done += static_cast<std::size_t>(count);
    }
}

}  // namespace

Child::Child(const Command& command) {
    if (command.terminal) {
        pid_ = forkpty(&out_fd_, nullptr, nullptr, nullptr);
        if (pid_ == 0) execute(command);
        return;
    }
    const Pipe in, out, err;
    pid_ = fork();
    if (pid_ == 0) {
        dup2(in.ends[0], 0);
        dup2(out.ends[1], 1);
        dup2(err.ends[1], 2);
        execute(command);
    }
    close(in.ends[0]);
    close(out.ends[1]);
    close(err.ends[1]);
    out_fd_ = out.ends[0];
    err_fd_ = err.ends[0];
    write_all(in.ends[1], command.input);
    close(in.ends[1]);
}

Child::~Child() {
    if (out_fd_ >= 0) close(out_fd_);
    if (err_fd_ >= 0) close(err_fd_);
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
}

bool Child::read_more(Time::time_point deadline) {
    pollfd files[2] = {{out_fd_, POLLIN, 0}, {err_fd_, POLLIN, 0}};
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Time::now()).count();
    if (left <= 0 || poll(files, 2, static_cast<int>(left)) <= 0) return false;
    const auto take = [](pollfd& file, int& fd, std::string& into) {
        if (file.revents == 0 || drain(fd, into)) return;
        close(fd);
        fd = -1;
    };
    take(files[0], out_fd_, result_.out);
    take(files[1], err_fd_, result_.err);
    return out_fd_ >= 0 || err_fd_ >= 0;
}

bool Child::wait_for(const std::string& text, int times) {
    const auto deadline = Time::now() + patience;
    while (count_of(result_.out, text) < times)
        if (!read_more(deadline)) return count_of(result_.out, text) >= times;
    return true;
}

void Child::signal(int number) { kill(pid_, number); }

void Child::type(const std::string& text) { write_all(out_fd_, text); }

Result Child::wait() {
    const auto deadline = Time::now() + patience;
    while (read_more(deadline)) {
    }
    if (out_fd_ >= 0 || err_fd_ >= 0) throw std::runtime_error("the program does not end");
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    result_.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return result_;
}

Result run(const Command& command) {
    Child child(command);
    return child.wait();
}

}  // namespace chat_process
