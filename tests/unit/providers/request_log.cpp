#include "request_log.hpp"

#include <cstdlib>
#include <fstream>
#include <string>

void log_request(std::string_view path, std::string_view body) {
    const char* file = std::getenv("CAPSTAN_REQUEST_LOG");
    if (!file || !*file) return;
    std::string line = "{\"method\":\"POST\",\"path\":\"";
    line.append(path).append("\",\"body\":").append(body).append("}\n");
    std::ofstream(file, std::ios::app | std::ios::binary) << line;
}
