#include <capstan/providers/provider_library.hpp>

#include "registry/library_check.hpp"

#include <capstan/error.hpp>

#include <dlfcn.h>
#include <fmt/format.h>

#include <fstream>
#include <memory>
#include <system_error>

namespace capstan {
namespace {

using registry::LibraryRefusal;

constexpr const char* descriptor_name = "capstan_provider_descriptor";

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& problem,
                         std::string remedy) {
    throw ApiError(ErrorKind::configuration,
                   fmt::format("provider library {}: {}", file.string(), problem),
                   std::move(remedy));
}

void refuse_if(const std::filesystem::path& file, const std::optional<LibraryRefusal>& refusal) {
    if (refusal) refuse(file, refusal->problem, refusal->remedy);
}

// Before the system runs the library's initialisers.
void check_file(const std::filesystem::path& file) {
    std::error_code error;
    const auto status = std::filesystem::status(file, error);
    if (!std::filesystem::exists(status)) refuse(file, "there is no such file", {});
    if (!std::filesystem::is_regular_file(status)) refuse(file, "this is no file", {});
    std::ifstream stream(file, std::ios::binary);
    if (!stream) refuse(file, "the file cannot be read", {});
    const auto found = registry::find_descriptor(stream);
    if (!found)
        refuse(file, "this is no library of Capstan providers",
               fmt::format("One defines {}: see <capstan/providers/provider_plugin.hpp>",
                           descriptor_name));
    refuse_if(file, registry::check_descriptor(*found));
}

struct Unload {
    void operator()(void* library) const { ::dlclose(library); }
};

std::string load_error() {
    const char* error = ::dlerror();
    return error ? error : "unknown error";
}

std::unique_ptr<void, Unload> open(const std::filesystem::path& file) {
    // Only with a '/' is the name a file and not looked up elsewhere.
    std::unique_ptr<void, Unload> library(
        ::dlopen(std::filesystem::absolute(file).c_str(), RTLD_NOW | RTLD_LOCAL));
    if (!library) refuse_if(file, registry::explain_load_error(load_error()));
    return library;
}

}  // namespace

std::vector<std::string> load_provider_library(const std::filesystem::path& file,
                                               ProviderRegistry& registry) {
    check_file(file);
    auto library = open(file);
    const auto* descriptor = static_cast<const ProviderLibraryDescriptor*>(
        ::dlsym(library.get(), descriptor_name));
    if (!descriptor)
        refuse(file, fmt::format("it does not export {}", descriptor_name),
               "Define it outside of every namespace, with the header's declaration before it");
    refuse_if(file, registry::check_descriptor(*descriptor));
    if (!descriptor->register_providers) refuse(file, "it has no function that registers", {});
    // From here on its code may be anywhere, e.g. in an error that it throws: never unloaded.
    (void)library.release();
    ProviderRegistry brought;
    descriptor->register_providers(brought);
    registry.register_all(brought);
    return brought.names();
}

}  // namespace capstan
