#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace capstan::coding {

/// Reads and writes whole files by descriptor. Throw std::system_error.
std::string read_all(int file, std::size_t limit);
/// At most `size` bytes from where the file stands; fewer at its end only.
std::size_t read_some(int file, char* data, std::size_t size);
void write_all(int file, std::string_view bytes);
void copy_all(int from, int to);
std::uint64_t file_size(int file);

/// SHA-256, as lower-case hexadecimal digits.
std::string sha256(std::string_view bytes);
/// Of what follows in the file.
std::string sha256_of_file(int file);

/// True if there is a NUL byte: no text.
bool is_binary(std::string_view bytes) noexcept;
/// "a PNG image", "an ELF program", ..., or "binary data".
std::string_view binary_kind(std::string_view bytes) noexcept;

/// "3 bytes", "4.0 KB", "2.5 MB".
std::string size_text(std::uint64_t bytes);

}  // namespace capstan::coding
