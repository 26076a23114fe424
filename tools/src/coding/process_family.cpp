#include "coding/process_family.hpp"

#include "coding/file_bytes.hpp"
#include "coding/file_descriptor.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <sstream>
#include <vector>

namespace capstan::coding {
namespace {

constexpr int most_rounds = 10;  // against programs that start others faster than they are killed
constexpr std::size_t longest_environment = 4 * 1024 * 1024;

struct Member {
    pid_t pid = 0;
    pid_t parent = 0;
    pid_t session = 0;
    unsigned long long started = 0;
    bool dead = false;  // a zombie
};

std::string read_of(int proc, pid_t pid, const char* file, std::size_t limit) {
    const auto path = fmt::format("{}/{}", pid, file);
    const FileDescriptor open(::openat(proc, path.c_str(), O_RDONLY | O_CLOEXEC));
    return open ? read_all(open.get(), limit) : std::string();
}

/// Nothing for a process that is gone.
std::optional<Member> member_of(int proc, pid_t pid) {
    const auto stat = read_of(proc, pid, "stat", 4096);
    const auto name_end = stat.rfind(')');  // the name may hold anything
    if (name_end == stat.npos) return std::nullopt;
    std::istringstream in(stat.substr(name_end + 1));
    Member member;
    member.pid = pid;
    char state = 0;
    pid_t group = 0;
    in >> state >> member.parent >> group >> member.session;
    std::string skipped;
    for (int field = 7; field < 22; ++field) in >> skipped;
    in >> member.started;
    member.dead = state == 'Z' || state == 'X';
    if (!in) return std::nullopt;
    return member;
}

bool has_mark(int proc, pid_t pid, std::string_view mark) {
    const auto environment = '\0' + read_of(proc, pid, "environ", longest_environment) + '\0';
    return environment.find('\0' + std::string(mark) + '\0') != environment.npos;
}

std::vector<Member> our_processes(int proc) {
    std::vector<Member> found;
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc"), ::closedir);
    while (const auto* entry = folder ? ::readdir(folder.get()) : nullptr) {
        const std::string_view name = entry->d_name;
        pid_t pid = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (error != std::errc() || end != name.data() + name.size() || pid == ::getpid()) continue;
        struct stat info {};
        if (::fstatat(proc, entry->d_name, &info, 0) != 0 || info.st_uid != ::geteuid()) continue;
        const auto member = member_of(proc, pid);
        if (member && !member->dead) found.push_back(*member);
    }
    return found;
}

std::vector<Member> family_of(int proc, pid_t leader, std::string_view mark) {
    const auto first = leader > 0 ? member_of(proc, leader) : std::nullopt;
    auto all = our_processes(proc);
    // What is older than the program need not be looked at closely.
    if (first) std::erase_if(all, [&](const Member& one) { return one.started < first->started; });
    std::set<pid_t> chosen;
    for (const auto& member : all)
        if ((leader > 0 && member.session == leader) || has_mark(proc, member.pid, mark))
            chosen.insert(member.pid);
    for (std::size_t before = 0; before != chosen.size();) {
        before = chosen.size();
        for (const auto& member : all)
            if (chosen.contains(member.parent)) chosen.insert(member.pid);
    }
    std::erase_if(all, [&](const Member& member) { return !chosen.contains(member.pid); });
    return all;
}

/// That very process: its number may be another's by now.
void kill_member(int proc, const Member& member) {
#if defined(SYS_pidfd_open) && defined(SYS_pidfd_send_signal)
    const FileDescriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, member.pid, 0)));
    const auto now = member_of(proc, member.pid);
    if (!now || now->dead || now->started != member.started) return;
    if (handle) ::syscall(SYS_pidfd_send_signal, handle.get(), SIGKILL, nullptr, 0);
    else ::kill(member.pid, SIGKILL);
#else
    const auto now = member_of(proc, member.pid);
    if (now && !now->dead && now->started == member.started) ::kill(member.pid, SIGKILL);
#endif
}

}  // namespace

std::string new_family_mark() {
    static std::atomic<unsigned> count{0};
    std::random_device random;
    return fmt::format("CAPSTAN_COMMAND={}-{}-{:08x}{:08x}", ::getpid(), ++count, random(),
                       random());
}

void kill_family(pid_t leader, std::string_view mark) noexcept {
    try {
        const FileDescriptor proc(::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!proc) return;
        for (int round = 0; round < most_rounds; ++round) {
            const auto family = family_of(proc.get(), leader, mark);
            if (family.empty()) return;
            for (const auto& member : family) kill_member(proc.get(), member);
        }
    } catch (const std::exception&) {
        // The group was killed; no more can be done.
    }
}

}  // namespace capstan::coding
