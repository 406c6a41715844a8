// The fields of objects (core/onboarding/fields.h), by the short names that the command line uses.
#pragma once

#include "core/onboarding/fields.h"

namespace postern::cli {

using onboarding::apply_fields;
using onboarding::domain_text;
using onboarding::Field;
using onboarding::field_named;
using onboarding::FieldInfo;
using onboarding::FieldTexts;
using onboarding::infos;
using onboarding::not_one_of;
using onboarding::option_name;
using onboarding::read_domain;
using onboarding::read_list;
using onboarding::read_note;
using onboarding::read_word;
using onboarding::read_yes_no;
using onboarding::Words;
using onboarding::words_of;
using onboarding::write_list;
using onboarding::yes_no;

}  // namespace postern::cli
