// The part of NIST's FRTE 1:1 interface (API 6.0) that an implementation and its tests need, declared in our own words.
//
// Names, members, the order of virtual functions and the values of enumerations are NIST's, so that an adapter built
// with this header links into NIST's driver. To build with NIST's own headers, put those before this folder and define
// VISAVIS_NIST_HEADERS.

#ifndef VISAVIS_FRTE_HPP
#define VISAVIS_FRTE_HPP

#ifdef VISAVIS_NIST_HEADERS
#include <frvt11.h>
#else

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace FRVT {

/// One picture: `depth` 24 is RGB, 8 is gray; there are no gaps between rows.
struct Image {
    enum class ImageDescription { FaceUnknown, FaceIso, FaceMugshot, FacePhotojournalism, FaceWild, IrisUnknown,
                                  IrisNIR, IrisWild };
    enum class Illuminant { Unspecified, Visible, NIR, SWIR, MWIR, LWIR };
    enum class IrisLR { Unspecified, RightIris, LeftIris };

    std::uint16_t width = 0;
    std::uint16_t height = 0;
    std::uint8_t depth = 24;
    std::shared_ptr<std::uint8_t> data;
    ImageDescription description = ImageDescription::FaceUnknown;
    Illuminant illuminant = Illuminant::Unspecified;
    IrisLR irisLR = IrisLR::Unspecified;

    Image() = default;
    Image(std::uint16_t width, std::uint16_t height, std::uint8_t depth, std::shared_ptr<std::uint8_t> &data,
          ImageDescription description, Illuminant illuminant, IrisLR irisLR = IrisLR::Unspecified)
        : width(width), height(height), depth(depth), data(data), description(description), illuminant(illuminant),
          irisLR(irisLR) {}

    std::size_t size() const { return std::size_t{width} * height * (depth / 8); }
};

/// Photos of a person, or the frames of a video. Declared for completeness: 1:1 passes images.
struct Media {
    enum class Label { Image, Video };

    Label type = Label::Image;
    std::vector<FRVT::Image> data;
    std::uint8_t fps = 0;

    Media() = default;
    Media(Label type, const std::vector<FRVT::Image> &data, std::uint8_t fps) : type(type), data(data), fps(fps) {}
};

/// Where an iris was seen.
struct IrisAnnulus {
    std::uint16_t limbusCenterX = 0, limbusCenterY = 0, pupilRadius = 0, limbusRadius = 0;
};

enum class TemplateRole { Enrollment_11, Verification_11, Enrollment_1N, Search_1N };

enum class ReturnCode {
    Success,
    UnknownError,
    ConfigError,
    RefuseInput,
    ExtractError,
    ParseError,
    TemplateCreationError,
    VerifTemplateError,
    FaceDetectionError,
    NumDataError,
    TemplateFormatError,
    EnrollDirError,
    InputLocationError,
    MemoryError,
    MatchError,
    QualityAssessmentError,
    NotImplemented,
    VendorError
};

/// The result of a function, with a message for people.
struct ReturnStatus {
    ReturnCode code = ReturnCode::UnknownError;
    std::string info;

    ReturnStatus() = default;
    ReturnStatus(ReturnCode code, const std::string &info = "") : code(code), info(info) {}
};

/// The eyes of the person (left is the person's left), if they were found within the picture.
struct EyePair {
    bool isLeftAssigned = false, isRightAssigned = false;
    std::uint16_t xleft = 0, yleft = 0, xright = 0, yright = 0;

    EyePair() = default;
    EyePair(bool left, bool right, std::uint16_t xleft, std::uint16_t yleft, std::uint16_t xright, std::uint16_t yright)
        : isLeftAssigned(left), isRightAssigned(right), xleft(xleft), yleft(yleft), xright(xright), yright(yright) {}
};

// NIST's driver reads these symbols, which the library under test defines.
#ifdef NIST_EXTERN_FRVT_STRUCTS_VERSION
extern std::uint16_t FRVT_STRUCTS_MAJOR_VERSION, FRVT_STRUCTS_MINOR_VERSION;
#else
std::uint16_t FRVT_STRUCTS_MAJOR_VERSION{3}, FRVT_STRUCTS_MINOR_VERSION{1};
#endif

} // namespace FRVT

namespace FRVT_11 {

class Interface {
public:
    virtual ~Interface() = default;

    /// Called once, before the test forks.
    virtual FRVT::ReturnStatus initialize(const std::string &configDir) = 0;

    /// Several pictures of one person: one template, and eyes for each picture.
    virtual FRVT::ReturnStatus createFaceTemplate(const std::vector<FRVT::Image> &faces, FRVT::TemplateRole role,
                                                  std::vector<std::uint8_t> &templ,
                                                  std::vector<FRVT::EyePair> &eyeCoordinates) = 0;

    virtual FRVT::ReturnStatus createIrisTemplate(const std::vector<FRVT::Image> &irises, FRVT::TemplateRole role,
                                                  std::vector<std::uint8_t> &templ,
                                                  std::vector<FRVT::IrisAnnulus> &irisLocations) = 0;

    /// One picture of several people: a template and eyes for each.
    virtual FRVT::ReturnStatus createFaceTemplate(const FRVT::Image &image, FRVT::TemplateRole role,
                                                  std::vector<std::vector<std::uint8_t>> &templs,
                                                  std::vector<FRVT::EyePair> &eyeCoordinates) = 0;

    /// A similarity of 0 or more; -1 and VerifTemplateError if a template records a failure.
    virtual FRVT::ReturnStatus matchTemplates(const std::vector<std::uint8_t> &verifTemplate,
                                              const std::vector<std::uint8_t> &enrollTemplate, double &similarity) = 0;

    static std::shared_ptr<Interface> getImplementation();
};

#ifdef NIST_EXTERN_API_VERSION
extern std::uint16_t API_MAJOR_VERSION, API_MINOR_VERSION;
#else
std::uint16_t API_MAJOR_VERSION{6}, API_MINOR_VERSION{0};
#endif

} // namespace FRVT_11

#endif // VISAVIS_NIST_HEADERS
#endif // VISAVIS_FRTE_HPP
