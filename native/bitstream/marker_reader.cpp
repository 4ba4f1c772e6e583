#include "bitstream/marker_reader.hpp"

#include <cstring>

#include "bitstream/markers.hpp"
#include "platform/error.hpp"

namespace beholder {

MarkerReader::MarkerReader(std::span<const std::uint8_t> file) : file_(file), position_(2) {
  if (file.size() < 2 || file[0] != 0xFF || file[1] != marker::soi) {
    throw Error("not a JPEG file: it does not begin with the bytes FF D8");
  }
}

int MarkerReader::next() {
  const std::size_t begin = position_;
  while (position_ < file_.size()) {
    const void* found = std::memchr(file_.data() + position_, 0xFF, file_.size() - position_);
    if (found == nullptr) break;
    marker_position_ = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - file_.data());
    position_ = marker_position_;
    while (position_ < file_.size() && file_[position_] == 0xFF) ++position_;
    if (position_ == file_.size()) break;
    const int code = file_[position_++];
    if (code == 0) continue;
    stray_bytes_ = marker_position_ - begin;
    return code;
  }
  position_ = marker_position_ = file_.size();
  stray_bytes_ = file_.size() - begin;
  return kEndOfFile;
}

std::optional<MarkerSegmentView> MarkerReader::segment() {
  ByteCursor cursor(file_, position_);
  if (cursor.left() < 2) return std::nullopt;
  const int length = cursor.u16();
  const std::size_t taken = length < 2 ? 2 : static_cast<std::size_t>(length);
  if (taken > file_.size() - position_) return std::nullopt;
  position_ += taken;
  return MarkerSegmentView{{file_.first(position_), cursor.position()}, length};
}

bool stands_alone(int code) {
  return code == marker::tem || (code >= marker::rst0 && code <= marker::eoi);  // SOI lies between
}

MarkerWalk walk_markers(std::span<const std::uint8_t> file) {
  MarkerReader reader(file);
  MarkerWalk walk;
  walk.end = file.size();
  while (true) {
    const int code = reader.next();
    if (code == MarkerReader::kEndOfFile) return walk;
    if (code == marker::eoi) {
      walk.has_eoi = true;
      walk.end = reader.position();
      return walk;
    }
    if (code < marker::sof0 || stands_alone(code)) continue;  // reserved codes below SOF0 have no segment
    const std::size_t offset = reader.position() - 2;
    const std::optional<MarkerSegmentView> segment = reader.segment();
    if (!segment) return walk;
    const std::span<const std::uint8_t> payload = segment->bytes.rest();
    walk.segments.push_back({static_cast<std::uint8_t>(code), offset, {payload.begin(), payload.end()}});
  }
}

}  // namespace beholder
