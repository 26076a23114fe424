#include "request_log.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

namespace capstan::testing {

void log_request(const SimRequest& request) {
    const char* file = std::getenv("CAPSTAN_REQUEST_LOG");
    if (!file || !*file || request.body.empty()) return;
    auto body = request.json();
    if (body.is_null()) return;
    boost::json::object entry;
    entry["method"] = request.method;
    entry["path"] = request.path;
    entry["body"] = std::move(body);
    const auto line = boost::json::serialize(entry) + '\n';
    const int descriptor = ::open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor < 0) return;
    // One write, so that lines of several processes never mix.
    [[maybe_unused]] const auto written = ::write(descriptor, line.data(), line.size());
    ::close(descriptor);
}

}  // namespace capstan::testing
