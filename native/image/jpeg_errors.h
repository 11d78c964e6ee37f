// What libjpeg finds wrong, without its printing anything or ending the process. Only for sources
// that are compiled with libjpeg-turbo.

#pragma once

#include <csetjmp>
#include <cstdio>

#include <jpeglib.h>

#ifndef JCS_EXTENSIONS
#error "node-libtorch needs libjpeg-turbo's headers; another libjpeg was found"
#endif

namespace node_libtorch::image {

/// Interrupted work leaves by longjmp to `leave`, over no frame that has anything to destroy.
struct JpegErrors {
  jpeg_error_mgr base;
  std::jmp_buf leave;
  char message[JMSG_LENGTH_MAX];
  /// The first thing found wrong with the data, which libjpeg itself would only paint over.
  char warning[JMSG_LENGTH_MAX];
  jpeg_progress_mgr progress;

  /// What goes to the member `err` of libjpeg's objects.
  jpeg_error_mgr* start() {
    jpeg_std_error(&base);
    base.error_exit = on_error;
    base.emit_message = on_message;
    base.output_message = print_nothing;
    return &base;
  }

  /// Ends the reading of files with so many scans that only a waste of time can be meant: a few
  /// bytes make libjpeg go over all blocks of a huge picture once more.
  void limit_scans(jpeg_decompress_struct& decompress) {
    progress.progress_monitor = count_scans;
    decompress.progress = &progress;
  }

 private:
  /// Encoders write 10 or so.
  static constexpr int kMostScans = 200;

  static JpegErrors& of(j_common_ptr common) { return *reinterpret_cast<JpegErrors*>(common->err); }

  [[noreturn]] static void on_error(j_common_ptr common) {
    JpegErrors& errors = of(common);
    errors.base.format_message(common, errors.message);
    std::longjmp(errors.leave, 1);
  }

  static void on_message(j_common_ptr common, int level) {
    if (level >= 0) return;
    JpegErrors& errors = of(common);
    if (errors.base.num_warnings++ == 0) errors.base.format_message(common, errors.warning);
  }

  static void count_scans(j_common_ptr common) {
    if (reinterpret_cast<j_decompress_ptr>(common)->input_scan_number <= kMostScans) return;
    JpegErrors& errors = of(common);
    std::snprintf(errors.message, sizeof(errors.message), "more than %d scans", kMostScans);
    std::longjmp(errors.leave, 1);
  }

  static void print_nothing(j_common_ptr) {}
};

}  // namespace node_libtorch::image
