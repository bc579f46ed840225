// visavis.hpp - visavis.h for C++17: the same functions, with RAII and exceptions.
//
// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Handles can be moved, not copied; using a handle that was moved from is VAV_INVALID_ARGUMENT. Failures are thrown as
// visavis::error: constructors have no other way to fail, and a failure has a status, a side, a stage and a message.
// Programs built without exceptions call the C functions with get(). Ownership, threads and fork() are as in
// visavis.h.

#ifndef VISAVIS_HPP
#define VISAVIS_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "visavis.h"

namespace visavis {

/// Why a call failed. what() is a readable line.
class error : public std::runtime_error {
public:
    explicit error(const vav_error *cause)
        : std::runtime_error(vav_error_message(cause)), status_(vav_error_status(cause)),
          side_(vav_error_side(cause)), stage_(vav_error_stage(cause)), index_(vav_error_index(cause)),
          advice_(vav_error_advice(cause)) {}

    /// For C functions that return only a status.
    explicit error(vav_status status) : std::runtime_error(vav_status_name(status)), status_(status) {}

    vav_status status() const noexcept { return status_; }
    vav_side side() const noexcept { return side_; }
    vav_stage stage() const noexcept { return stage_; }
    /// Which of several photos or templates it is about, from 0; -1 if it is not about one of many.
    std::int64_t index() const noexcept { return index_; }
    /// Bits of vav_advice.
    std::uint32_t advice() const noexcept { return advice_; }

private:
    vav_status status_;
    vav_side side_ = VAV_SIDE_NONE;
    vav_stage stage_ = VAV_STAGE_NONE;
    std::int64_t index_ = -1;
    std::uint32_t advice_ = 0;
};

/// Bytes that are borrowed for a call: from a pointer and a length, or from anything contiguous with data() and
/// size() whose elements are one byte each (std::vector<std::uint8_t>, std::string, std::array, std::span, ...).
class bytes {
public:
    bytes(const void *data, std::size_t size) noexcept
        : data_(static_cast<const std::uint8_t *>(data)), size_(size) {}

    template <class Container,
              class Element = std::remove_pointer_t<decltype(std::declval<const Container &>().data())>,
              class = std::enable_if_t<sizeof(Element) == 1 && std::is_trivially_copyable_v<Element> &&
                                       std::is_convertible_v<decltype(std::declval<const Container &>().size()),
                                                             std::size_t>>>
    bytes(const Container &container) noexcept : bytes(container.data(), container.size()) {}

    const std::uint8_t *data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }

private:
    const std::uint8_t *data_;
    std::size_t size_;
};

/// A photo that is borrowed for a call: an image file in memory, convertible from anything that converts to `bytes`, or
/// the result of visavis::file() or visavis::pixels().
class photo {
public:
    photo(bytes file) noexcept : raw_ VAV_PHOTO_ENCODED(file.data(), file.size()) {}

    template <class Container, class = std::enable_if_t<std::is_convertible_v<const Container &, bytes>>>
    photo(const Container &file) noexcept : photo(bytes(file)) {}

    explicit photo(const vav_photo &raw) noexcept : raw_(raw) {}

    /// The same photo, with a request to measure the capture quality of its faces.
    photo with_quality() const noexcept {
        photo changed = *this;
        changed.raw_.flags |= VAV_MEASURE_QUALITY;
        return changed;
    }

    /// The same pixels with the clockwise rotation that makes them upright, as cameras report it: 0, 90, 180 or 270 degrees.
    photo rotated(std::uint32_t degrees) const noexcept {
        photo changed = *this;
        changed.raw_.rotation = degrees;
        return changed;
    }

    /// The same pixels from a camera, whose Y, Cb and Cr range from 0 to 255.
    photo full_range() const noexcept {
        photo changed = *this;
        changed.raw_.flags |= VAV_FULL_RANGE;
        return changed;
    }

    /// The same pixels from a camera, whose first colour plane begins at this offset in bytes.
    photo colour_at(std::size_t offset) const noexcept {
        photo changed = *this;
        changed.raw_.colour_offset = offset;
        return changed;
    }

    const vav_photo *get() const noexcept { return &raw_; }

private:
    vav_photo raw_;
};

/// The photo in a file, which is read during the call. The path must live as long as the photo.
inline photo file(const char *path) noexcept { return photo(vav_photo VAV_PHOTO_FILE(path)); }

/// Decoded pixels. Without a stride there are no gaps between rows, and `data` has exactly the length of all rows.
inline photo pixels(bytes data, std::uint32_t width, std::uint32_t height, vav_format format,
                    std::size_t stride = 0) noexcept {
    return photo(vav_photo VAV_PHOTO_PIXELS(data.data(), data.size(), width, height, stride, format));
}

namespace detail {

template <class T, void (*Free)(T *)>
struct deleter {
    void operator()(T *handle) const noexcept { Free(handle); }
};

template <class T, void (*Free)(T *)>
using owner = std::unique_ptr<T, deleter<T, Free>>;

/// Calls a C function whose last parameter is the error, and throws that error.
template <class Call>
void call(Call &&function) {
    vav_error *cause = nullptr;
    const vav_status status = function(&cause);
    const owner<vav_error, vav_error_free> owned(cause);
    if (status != VAV_OK) {
        throw error(cause);
    }
}

inline void check(vav_status status) {
    if (status != VAV_OK) {
        throw error(status);
    }
}

} // namespace detail

/// Settings of a verifier: visavis::config().face_policy(VAV_FACE_SINGLE).min_face(64)
class config {
public:
    config() : handle_(vav_config_new()) {
        if (!handle_) {
            throw error(VAV_PANIC);
        }
    }

    config &engine(vav_engine engine) { return set(vav_config_set_engine(get(), engine)); }
    config &onnxruntime(const std::string &library) {
        return set(vav_config_set_onnxruntime(get(), library.c_str()));
    }
    config &models(const std::string &folder) { return set(vav_config_set_models(get(), folder.c_str())); }
    config &workers(std::size_t count) { return set(vav_config_set_workers(get(), count)); }
    config &face_policy(vav_face_policy policy) { return set(vav_config_set_face_policy(get(), policy)); }
    config &min_face(std::uint32_t pixels) { return set(vav_config_set_min_face(get(), pixels)); }
    config &threshold(float score) { return set(vav_config_set_threshold(get(), score)); }
    config &max_bytes(std::size_t bytes) { return set(vav_config_set_max_bytes(get(), bytes)); }
    config &max_pixels(std::uint64_t pixels) { return set(vav_config_set_max_pixels(get(), pixels)); }
    config &max_decode_bytes(std::uint64_t bytes) { return set(vav_config_set_max_decode_bytes(get(), bytes)); }
    config &search(vav_search search) { return set(vav_config_set_search(get(), search)); }
    config &deadline(std::uint32_t milliseconds) { return set(vav_config_set_deadline(get(), milliseconds)); }

    vav_config *get() const noexcept { return handle_.get(); }

private:
    config &set(vav_status status) {
        detail::check(status);
        return *this;
    }

    detail::owner<vav_config, vav_config_free> handle_;
};

/// The numbers that represent a face.
class face_template {
public:
    /// Takes ownership of a handle.
    explicit face_template(vav_template *handle) noexcept : handle_(handle) {}

    /// Reads a template that to_bytes() returned.
    explicit face_template(bytes stored) {
        vav_template *handle = nullptr;
        detail::call([&](vav_error **err) {
            return vav_template_from_bytes(stored.data(), stored.size(), &handle, err);
        });
        handle_.reset(handle);
    }

    /// The record of a failure to extract.
    static face_template failed() { return face_template(vav_template_new_failed()); }

    bool is_failed() const noexcept { return vav_template_is_failed(get()) != 0; }

    std::vector<std::uint8_t> to_bytes() const {
        std::vector<std::uint8_t> stored(vav_template_size(get()));
        detail::call([&](vav_error **err) {
            return vav_template_to_bytes(get(), stored.data(), stored.size(), err);
        });
        return stored;
    }

    /// The unit vector; empty for a failure to extract.
    std::vector<float> vector() const {
        std::size_t dimensions = 0;
        const float *first = vav_template_vector(get(), &dimensions);
        return std::vector<float>(first, first + dimensions);
    }

    vav_template *get() const noexcept { return handle_.get(); }

private:
    detail::owner<vav_template, vav_template_free> handle_;
};

/// The faces of one photo, most confident first.
class faces {
public:
    /// Takes ownership of a handle.
    explicit faces(vav_faces *handle) noexcept : handle_(handle) {}

    std::size_t size() const noexcept { return vav_faces_count(get()); }

    vav_face at(std::size_t index) const {
        vav_face face = VAV_FACE_INIT;
        detail::call([&](vav_error **err) { return vav_faces_get(get(), index, &face, err); });
        return face;
    }

    /// The index of the chosen face.
    std::size_t chosen() const {
        std::size_t index = 0;
        detail::call([&](vav_error **err) { return vav_faces_chosen(get(), &index, err); });
        return index;
    }

    /// Width and height of the upright image in pixels.
    std::pair<std::uint32_t, std::uint32_t> image_size() const {
        std::pair<std::uint32_t, std::uint32_t> size;
        detail::check(vav_faces_image_size(get(), &size.first, &size.second));
        return size;
    }

    vav_faces *get() const noexcept { return handle_.get(); }

private:
    detail::owner<vav_faces, vav_faces_free> handle_;
};

/// A template made of several photos of one person, and what was found in each.
struct enrollment {
    face_template reference;
    std::vector<vav_enrolled> photos;
};

/// Compares faces. Create one, keep it, and use it from all threads.
class verifier {
public:
    verifier() : verifier(static_cast<const vav_config *>(nullptr)) {}
    explicit verifier(const config &settings) : verifier(settings.get()) {}

    vav_result verify(const photo &probe, const photo &reference) const {
        return compared([&](vav_result *result, vav_error **err) {
            return vav_verify(get(), probe.get(), reference.get(), result, err);
        });
    }
    vav_result compare(const face_template &probe, const face_template &reference) const {
        return compared([&](vav_result *result, vav_error **err) {
            return vav_compare(get(), probe.get(), reference.get(), result, err);
        });
    }
    /// The `top` most similar stored templates, best first; `stored` holds templates one after the other.
    std::vector<vav_ranked> rank(const face_template &probe, bytes stored, std::size_t top = SIZE_MAX) const {
        const std::size_t size = vav_template_size(probe.get());
        std::vector<vav_ranked> best(size == 0 ? 0 : std::min(top, stored.size() / size));
        std::size_t count = 0;
        detail::call([&](vav_error **err) {
            return vav_rank(get(), probe.get(), stored.data(), stored.size(), best.data(), best.size(), &count, err);
        });
        best.resize(count);
        return best;
    }
    /// A verifier with the same workers, whose calls take at most this many milliseconds (0: no limit) and can be cancelled.
    /// With VAV_DO_NOT_WAIT they fail immediately if no worker is free.
    verifier with_deadline(std::uint32_t milliseconds, std::uint32_t flags = 0) const {
        return made<verifier, vav_verifier>([&](vav_verifier **out, vav_error **err) {
            return vav_verifier_with_deadline(get(), milliseconds, flags, out, err);
        });
    }
    /// Ends the calls of other threads on this verifier, and all later ones.
    void cancel() const noexcept { vav_verifier_cancel(get()); }
    visavis::faces detect(const photo &photo) const {
        return made<visavis::faces, vav_faces>(
            [&](vav_faces **out, vav_error **err) { return vav_detect(get(), photo.get(), out, err); });
    }
    /// `sample`, if given, receives what was found.
    face_template extract(const photo &photo, vav_sample *sample = nullptr) const {
        return made<face_template, vav_template>([&](vav_template **out, vav_error **err) {
            return vav_extract(get(), photo.get(), out, sample, err);
        });
    }
    /// Up to VAV_MAX_ENROLLED photos; error::index() says which one failed.
    enrollment enroll(const std::vector<photo> &photos) const {
        std::vector<const vav_photo *> pointers;
        for (const photo &one : photos) pointers.push_back(one.get());
        std::vector<vav_enrolled> seen(photos.size());
        face_template templ = made<face_template, vav_template>([&](vav_template **out, vav_error **err) {
            return vav_enroll(get(), pointers.data(), pointers.size(), out, seen.data(), err);
        });
        return { std::move(templ), std::move(seen) };
    }
    face_template extract_face(const photo &photo, const visavis::faces &found, std::size_t index) const {
        return made<face_template, vav_template>([&](vav_template **out, vav_error **err) {
            return vav_extract_face(get(), photo.get(), found.get(), index, out, err);
        });
    }

    vav_engine engine() const noexcept { return static_cast<vav_engine>(vav_verifier_engine(get())); }
    std::string engine_version() const { return vav_verifier_engine_version(get()); }
    std::string fallback_reason() const { return vav_verifier_fallback_reason(get()); }
    std::string engine_warning() const { return vav_verifier_engine_warning(get()); }
    std::string detector_id() const { return vav_verifier_detector_id(get()); }
    std::string extractor_id() const { return vav_verifier_extractor_id(get()); }
    /// Its strings live as long as the verifier.
    vav_settings settings() const {
        vav_settings given = VAV_SETTINGS_INIT;
        detail::call([&](vav_error **err) { return vav_verifier_settings(get(), &given, err); });
        return given;
    }
    float score_from_similarity(float similarity) const {
        float score = 0;
        detail::check(vav_score_from_similarity(get(), similarity, &score));
        return score;
    }

    vav_verifier *get() const noexcept { return handle_.get(); }

    /// Takes ownership of a handle.
    explicit verifier(vav_verifier *handle) noexcept : handle_(handle) {}

private:
    explicit verifier(const vav_config *settings)
        : handle_(made<vav_verifier *, vav_verifier>([&](vav_verifier **out, vav_error **err) {
              return vav_verifier_new(settings, out, err);
          })) {}

    template <class Call>
    static vav_result compared(Call &&function) {
        vav_result result = VAV_RESULT_INIT;
        detail::call([&](vav_error **err) { return function(&result, err); });
        return result;
    }

    template <class Owner, class T, class Call>
    static Owner made(Call &&function) {
        T *handle = nullptr;
        detail::call([&](vav_error **err) { return function(&handle, err); });
        return Owner(handle);
    }

    detail::owner<vav_verifier, vav_verifier_free> handle_;
};

} // namespace visavis

#endif // VISAVIS_HPP
