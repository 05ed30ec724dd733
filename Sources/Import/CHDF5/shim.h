// libhdf5 as Swift sees it: constants that are macros over mutable globals, as functions.

#ifndef PNEUMO_CHDF5_SHIM_H
#define PNEUMO_CHDF5_SHIM_H

// The same signatures from every libhdf5 since 1.10.
#define H5_USE_110_API
#include <hdf5.h>

static inline hid_t pneumo_h5_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t pneumo_h5_default(void) { return H5P_DEFAULT; }
static inline hid_t pneumo_h5_all(void) { return H5S_ALL; }
static inline unsigned pneumo_h5_read_only(void) { return H5F_ACC_RDONLY; }

// Ends libhdf5's own printing of errors to standard error.
static inline void pneumo_h5_silence(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

// A macro that names one of two versions of the function.
static inline herr_t pneumo_h5_link_info(hid_t location, const char *name, H5L_info_t *info) {
  return H5Lget_info(location, name, info, H5P_DEFAULT);
}

#endif
