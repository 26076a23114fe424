#pragma once

#include "net/http_watch.hpp"

#include <boost/system/error_code.hpp>

#include <string>

namespace capstan::http {

/// Throws HttpError if a limit or a stop has ended the exchange, or if its coroutine was cancelled
/// (`error` says so). Called after every operation, before its result is believed.
void throw_if_ended(const Watch& watch, const boost::system::error_code& error,
                    const std::string& peer);

[[noreturn]] void throw_network_error(const boost::system::error_code& error,
                                      const std::string& peer);

}  // namespace capstan::http
