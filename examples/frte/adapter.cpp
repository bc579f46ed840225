// NIST's FRTE 1:1 interface, implemented with only the C ABI of visavis.
//
// The configuration folder holds manifest.toml and the models that it names (an unchanged copy of models/).

#include "frte.hpp"

#include <cmath>
#include <visavis.h>

namespace {

using FRVT::EyePair;
using FRVT::Image;
using FRVT::ReturnCode;
using FRVT::ReturnStatus;
using Bytes = std::vector<std::uint8_t>;

template <class T, void (*Free)(T *)>
struct Deleter {
    void operator()(T *handle) const { Free(handle); }
};
using Template = std::unique_ptr<vav_template, Deleter<vav_template, vav_template_free>>;
using Faces = std::unique_ptr<vav_faces, Deleter<vav_faces, vav_faces_free>>;
using Error = std::unique_ptr<vav_error, Deleter<vav_error, vav_error_free>>;

ReturnStatus status_of(vav_status status, vav_error *cause) {
    const Error error(cause);
    const char *info = vav_error_message(cause);
    switch (status) {
    case VAV_OK:
        return ReturnCode::Success;
    case VAV_NO_FACE:
    case VAV_SEVERAL_FACES:
    case VAV_FACE_TOO_SMALL:
        return {ReturnCode::FaceDetectionError, info};
    case VAV_TEMPLATE_FAILED:
        return {ReturnCode::VerifTemplateError, info};
    case VAV_TEMPLATE_MALFORMED:
    case VAV_TEMPLATE_MISMATCH:
        return {ReturnCode::TemplateFormatError, info};
    case VAV_OUT_OF_MEMORY:
        return {ReturnCode::MemoryError, info};
    case VAV_INVALID_PIXELS:
        return {ReturnCode::ParseError, info};
    case VAV_MODEL_NOT_FOUND:
    case VAV_MODEL_INVALID:
    case VAV_MODEL_HASH_MISMATCH:
    case VAV_ENGINE_UNAVAILABLE:
    case VAV_ENGINE_INCOMPATIBLE:
        return {ReturnCode::ConfigError, info};
    default:
        return {ReturnCode::ExtractError, info};
    }
}

vav_photo photo_of(const Image &image) {
    const std::size_t len = image.data ? image.size() : 0;
    return VAV_PHOTO_PIXELS(image.data.get(), len, image.width, image.height, 0,
                            image.depth == 8 ? VAV_FORMAT_GRAY8 : VAV_FORMAT_RGB8);
}

EyePair eyes(const vav_face &face, const Image &image) {
    const auto inside = [&](const vav_point &eye) {
        return eye.x >= 0 && eye.y >= 0 && std::lround(eye.x) < image.width && std::lround(eye.y) < image.height;
    };
    const auto whole = [](float value) { return static_cast<std::uint16_t>(std::lround(value)); };
    const vav_point &right = face.landmarks[0], &left = face.landmarks[1];
    EyePair pair;
    pair.isLeftAssigned = inside(left);
    pair.isRightAssigned = inside(right);
    if (pair.isLeftAssigned) pair.xleft = whole(left.x), pair.yleft = whole(left.y);
    if (pair.isRightAssigned) pair.xright = whole(right.x), pair.yright = whole(right.y);
    return pair;
}

// A template for NIST is one or more templates of visavis, each preceded by its length as two bytes, little-endian.

void append(Bytes &to, const vav_template *templ) {
    const std::size_t size = vav_template_size(templ), at = to.size();
    to.resize(at + 2 + size);
    to[at] = static_cast<std::uint8_t>(size);
    to[at + 1] = static_cast<std::uint8_t>(size >> 8);
    // Cannot fail: the buffer has the required size.
    (void)vav_template_to_bytes(templ, to.data() + at + 2, size, nullptr);
}

void append_failure(Bytes &to) { append(to, Template(vav_template_new_failed()).get()); }

ReturnStatus read(const Bytes &from, std::vector<Template> &templates) {
    for (std::size_t at = 0; at < from.size();) {
        const std::size_t size = at + 2 > from.size() ? 0 : from[at] + 256u * from[at + 1];
        if (size == 0 || size > from.size() - at - 2) return ReturnCode::TemplateFormatError;
        vav_template *templ = nullptr;
        vav_error *err = nullptr;
        const vav_status status = vav_template_from_bytes(from.data() + at + 2, size, &templ, &err);
        if (status != VAV_OK) return status_of(status, err);
        templates.emplace_back(templ);
        at += 2 + size;
    }
    return templates.empty() ? ReturnCode::TemplateFormatError : ReturnCode::Success;
}

class Visavis : public FRVT_11::Interface {
public:
    ~Visavis() override { vav_verifier_free(verifier_); }

    ReturnStatus initialize(const std::string &configDir) override {
        vav_config *config = vav_config_new();
        vav_error *err = nullptr;
        // One worker, so that no threads are started: NIST forbids them. With a valid config neither call can fail.
        (void)vav_config_set_workers(config, 1);
        (void)vav_config_set_models(config, configDir.c_str());
        vav_verifier_free(verifier_);
        const vav_status status = vav_verifier_new(config, &verifier_, &err);
        vav_config_free(config);
        return status_of(status, err);
    }

    ReturnStatus createFaceTemplate(const std::vector<Image> &faces, FRVT::TemplateRole, Bytes &templ,
                                    std::vector<EyePair> &eyeCoordinates) override {
        ReturnStatus last = ReturnCode::NumDataError;
        bool any = false;
        for (const Image &image : faces) {
            vav_template *handle = nullptr;
            vav_sample sample = VAV_SAMPLE_INIT;
            vav_error *err = nullptr;
            const vav_photo photo = photo_of(image);
            const vav_status status = vav_extract(verifier_, &photo, &handle, &sample, &err);
            const Template made(handle);
            const ReturnStatus result = status_of(status, err);
            if (made) {
                append(templ, made.get());
                any = true;
            } else {
                append_failure(templ);
                last = result;
            }
            eyeCoordinates.push_back(made ? eyes(sample.face, image) : EyePair());
        }
        if (faces.empty()) append_failure(templ);
        return any ? ReturnStatus(ReturnCode::Success) : last;
    }

    ReturnStatus createIrisTemplate(const std::vector<Image> &, FRVT::TemplateRole, Bytes &,
                                    std::vector<FRVT::IrisAnnulus> &) override {
        return ReturnCode::NotImplemented;
    }

    ReturnStatus createFaceTemplate(const Image &image, FRVT::TemplateRole, std::vector<Bytes> &templs,
                                    std::vector<EyePair> &eyeCoordinates) override {
        const vav_photo photo = photo_of(image);
        vav_faces *handle = nullptr;
        vav_error *err = nullptr;
        ReturnStatus result = status_of(vav_detect(verifier_, &photo, &handle, &err), err);
        const Faces faces(handle);
        for (std::size_t i = 0; i < vav_faces_count(handle); i++) {
            vav_template *made = nullptr;
            vav_face face = VAV_FACE_INIT;
            // Cannot fail: i is less than the number of faces.
            (void)vav_faces_get(handle, i, &face, nullptr);
            const vav_status status = vav_extract_face(verifier_, &photo, handle, i, &made, &err);
            const Template templ(made);
            if (status != VAV_OK) result = status_of(status, err);
            templs.emplace_back();
            if (templ) append(templs.back(), templ.get());
            else append_failure(templs.back());
            eyeCoordinates.push_back(eyes(face, image));
        }
        if (templs.empty()) {
            append_failure(templs.emplace_back());
            eyeCoordinates.emplace_back();
            if (result.code == ReturnCode::Success) result = {ReturnCode::FaceDetectionError, "no face was found"};
        }
        return result;
    }

    // The mean over all pairs, which is the dot product of the mean templates of both sides. Cosines instead of the
    // comparison score of visavis, because that is limited to 0..100 and NIST wants distinct values. Shifted by 1 to be
    // positive.
    ReturnStatus matchTemplates(const Bytes &verifTemplate, const Bytes &enrollTemplate, double &similarity) override {
        std::vector<Template> probes, references;
        double sum = 0.0;
        unsigned pairs = 0;
        similarity = -1.0;
        for (const auto &[from, to] : {std::pair(&verifTemplate, &probes), std::pair(&enrollTemplate, &references)}) {
            const ReturnStatus status = read(*from, *to);
            if (status.code != ReturnCode::Success) return status;
        }
        ReturnStatus failure = ReturnCode::VerifTemplateError;
        for (const Template &probe : probes) {
            for (const Template &reference : references) {
                vav_result result = VAV_RESULT_INIT;
                vav_error *err = nullptr;
                const vav_status status = vav_compare(verifier_, probe.get(), reference.get(), &result, &err);
                const ReturnStatus compared = status_of(status, err);
                if (status == VAV_OK) sum += 1.0 + double{result.similarity}, pairs++;
                else if (status != VAV_TEMPLATE_FAILED) return compared;
                else failure = compared;
            }
        }
        if (pairs == 0) return failure;
        similarity = sum / pairs;
        return ReturnCode::Success;
    }

private:
    vav_verifier *verifier_ = nullptr;
};

} // namespace

std::shared_ptr<FRVT_11::Interface> FRVT_11::Interface::getImplementation() { return std::make_shared<Visavis>(); }
