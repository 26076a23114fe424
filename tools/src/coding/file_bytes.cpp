#include "coding/file_bytes.hpp"

#include "coding/open_beneath.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <new>
#include <vector>

namespace capstan::coding {
namespace {

constexpr std::size_t block = 64 * 1024;

class Sha256 {
public:
    Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
        if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1)
            throw std::bad_alloc();
    }
    void add(std::string_view bytes) {
        EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
    }
    std::string digits() {
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
        unsigned size = 0;
        EVP_DigestFinal_ex(context_.get(), digest.data(), &size);
        std::string result;
        for (unsigned i = 0; i < size; ++i) result += fmt::format("{:02x}", digest[i]);
        return result;
    }

private:
    std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
};

}  // namespace

std::size_t read_some(int file, char* data, std::size_t size) {
    std::size_t done = 0;
    while (done < size) {
        const auto count = ::read(file, data + done, size - done);
        if (count == 0) break;
        if (count > 0) done += static_cast<std::size_t>(count);
        else if (errno != EINTR) throw_errno(errno);
    }
    return done;
}

std::string read_all(int file, std::size_t limit) {
    std::string result;
    while (result.size() < limit) {
        const auto old = result.size();
        const auto wanted = std::min(block, limit - old);
        result.resize(old + wanted);
        const auto count = read_some(file, result.data() + old, wanted);
        result.resize(old + count);
        if (count < wanted) break;
    }
    return result;
}

void write_all(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = ::write(file, bytes.data(), bytes.size());
        if (count >= 0) bytes.remove_prefix(static_cast<std::size_t>(count));
        else if (errno != EINTR) throw_errno(errno);
    }
}

void copy_all(int from, int to) {
    std::vector<char> buffer(block);
    while (const auto count = read_some(from, buffer.data(), buffer.size()))
        write_all(to, {buffer.data(), count});
}

std::uint64_t file_size(int file) {
    struct stat info {};
    if (::fstat(file, &info) != 0) throw_errno(errno);
    return static_cast<std::uint64_t>(info.st_size);
}

std::string sha256(std::string_view bytes) {
    Sha256 hash;
    hash.add(bytes);
    return hash.digits();
}

std::string sha256_of_file(int file) {
    Sha256 hash;
    std::vector<char> buffer(block);
    while (const auto count = read_some(file, buffer.data(), buffer.size()))
        hash.add({buffer.data(), count});
    return hash.digits();
}

bool is_binary(std::string_view bytes) noexcept { return bytes.find('\0') != bytes.npos; }

std::string_view binary_kind(std::string_view bytes) noexcept {
    using namespace std::string_view_literals;
    constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kinds = {{
        {"\x89PNG"sv, "a PNG image"},
        {"\xff\xd8\xff"sv, "a JPEG image"},
        {"GIF8"sv, "a GIF image"},
        {"%PDF-"sv, "a PDF document"},
        {"PK\x03\x04"sv, "a ZIP archive (or an office document)"},
        {"\x1f\x8b"sv, "gzip-compressed data"},
        {"\x7f"
         "ELF"sv,
         "an ELF program or object file"},
        {"!<arch>"sv, "an archive of object files"},
        {"SQLite format 3"sv, "an SQLite database"},
        {"\xff\xfe"sv, "UTF-16 text"},
    }};
    for (const auto& [start, kind] : kinds)
        if (bytes.starts_with(start)) return kind;
    return "binary data";
}

std::string size_text(std::uint64_t bytes) {
    if (bytes < 1024) return fmt::format("{} bytes", bytes);
    const auto kilobytes = static_cast<double>(bytes) / 1024;
    if (kilobytes < 1024) return fmt::format("{:.1f} KB", kilobytes);
    return fmt::format("{:.1f} MB", kilobytes / 1024);
}

}  // namespace capstan::coding
