#pragma once

#include <mutex>
#include <string>
#include <string_view>

namespace capstan::composition {

/// A cassette that is written, with mode 0600. Each line gets there whole or not at all, whoever
/// else appends to the file. Thread-safe. Throws ApiError of kind configuration.
class CassetteFile {
public:
    /// Makes the file, or goes on with it. One that is no cassette is left as it is.
    CassetteFile(std::string path, std::string head, bool append);
    CassetteFile(const CassetteFile&) = delete;
    ~CassetteFile();

    void append(std::string_view line);

private:
    class Locked;
    [[noreturn]] void fail(const char* what, int error) const;
    /// Throws unless the file is a cassette, or the beginning of the head. Comes before
    /// whole_size(), which would cut a line off a file of somebody else.
    void check_beginning(const std::string& head);
    /// Removes what a crash cut off; gives the size of the file.
    long long whole_size();
    void write_at_end(std::string_view text, long long size);

    std::mutex mutex_;
    std::string path_;
    int descriptor_;
};

/// The bytes of a file. Throws ApiError of kind configuration.
std::string read_cassette_file(const std::string& path);

}  // namespace capstan::composition
