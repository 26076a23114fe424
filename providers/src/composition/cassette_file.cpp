#include "composition/cassette_file.hpp"

#include "composition/cassette.hpp"

#include <capstan/error.hpp>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <mutex>
#include <stdexcept>
#include <system_error>

namespace capstan::composition {
namespace {

ApiError refusal(const std::string& path, std::string_view why) {
    return ApiError(ErrorKind::configuration, fmt::format("{}: {}", path, why));
}

}  // namespace

class CassetteFile::Locked {
public:
    // flock() is of the open file: threads that share it would not exclude each other.
    explicit Locked(CassetteFile& file) : lock_(file.mutex_), file_(file) {
        while (::flock(file_.descriptor_, LOCK_EX) != 0)
            if (errno != EINTR) file_.fail("cannot be locked", errno);
    }
    Locked(const Locked&) = delete;
    ~Locked() { ::flock(file_.descriptor_, LOCK_UN); }

private:
    std::scoped_lock<std::mutex> lock_;
    const CassetteFile& file_;
};

CassetteFile::CassetteFile(std::string path, std::string head, bool append)
    : path_(std::move(path)),
      descriptor_(::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) fail("cannot be opened", errno);
    try {
        const Locked locked(*this);
        if (!append && ::ftruncate(descriptor_, 0) != 0) fail("cannot be emptied", errno);
        check_beginning(head);
        if (const auto size = whole_size(); size == 0) write_at_end(head + '\n', size);
    } catch (...) {
        ::close(descriptor_);
        throw;
    }
}

CassetteFile::~CassetteFile() { ::close(descriptor_); }

void CassetteFile::fail(const char* what, int error) const {
    throw refusal(path_, fmt::format("the cassette {}: {}", what,
                                     std::generic_category().message(error)));
}

long long CassetteFile::whole_size() {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) fail("cannot be read", errno);
    long long size = status.st_size;
    std::array<char, 4096> buffer;
    while (size > 0) {
        const auto begin = size > 4096 ? size - 4096 : 0;
        const auto count = ::pread(descriptor_, buffer.data(),
                                   static_cast<std::size_t>(size - begin), begin);
        if (count <= 0) fail("cannot be read", count < 0 ? errno : EIO);
        const auto end =
            std::string_view(buffer.data(), static_cast<std::size_t>(count)).rfind('\n');
        if (end != std::string_view::npos) {
            size = begin + static_cast<long long>(end) + 1;
            break;
        }
        size = begin;
    }
    if (size < status.st_size && ::ftruncate(descriptor_, size) != 0)
        fail("cannot be repaired", errno);
    return size;
}

void CassetteFile::write_at_end(std::string_view text, long long size) {
    while (!text.empty()) {
        const auto count = ::write(descriptor_, text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) {
            const int error = errno;
            // Nothing of the line shall stay. If this fails too, the next writer removes it.
            if (::ftruncate(descriptor_, size) != 0) fail("cannot be written or repaired", error);
            fail("cannot be written", error);
        }
        text.remove_prefix(static_cast<std::size_t>(count));
    }
}

void CassetteFile::check_beginning(const std::string& head) {
    std::string text(64 * 1024, '\0');
    const auto count = ::pread(descriptor_, text.data(), text.size(), 0);
    if (count < 0) fail("cannot be read", errno);
    text.resize(static_cast<std::size_t>(count));
    if (head.starts_with(text)) return;  // empty, or cut off by a crash
    try {
        read_cassette_head(std::string_view(text).substr(0, text.find('\n')));
    } catch (const std::invalid_argument& error) {
        throw refusal(path_, error.what());
    }
}

void CassetteFile::append(std::string_view line) {
    const Locked locked(*this);
    const auto size = whole_size();
    std::string text(line);
    text += '\n';
    write_at_end(text, size);
}

std::string read_cassette_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw refusal(path, "the cassette cannot be opened");
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (file.bad()) throw refusal(path, "the cassette cannot be read");
    return text;
}

}  // namespace capstan::composition
