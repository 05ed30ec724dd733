// libjpeg-turbo as Swift sees it. libjpeg reports errors by longjmp, which must not cross a frame
// of Swift: so each function here returns instead, 0 after an error, which `message` then names.

#ifndef PNEUMO_CTURBOJPEG_SHIM_H
#define PNEUMO_CTURBOJPEG_SHIM_H

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>
#include <jerror.h>

// What libjpeg calls on an error; `manager` comes first, so that its address is the whole's.
typedef struct {
  struct jpeg_error_mgr manager;
  jmp_buf leave;
  char message[JMSG_LENGTH_MAX];
} pneumo_jpeg_errors;

static void pneumo_jpeg_fail(j_common_ptr state) {
  pneumo_jpeg_errors *errors = (pneumo_jpeg_errors *)state->err;
  state->err->format_message(state, errors->message);
  longjmp(errors->leave, 1);
}

// Warnings are errors where libjpeg makes up pixels that the file lacks. Some only remark on bytes
// that no pixel depends on. Whether the scans of a progressive file fit together is checked before.
static void pneumo_jpeg_note(j_common_ptr state, int level) {
  if (level >= 0) return;
  switch (state->err->msg_code) {
    case JWRN_ADOBE_XFORM:        // an unknown code: that of the usual colors is assumed
    case JWRN_BOGUS_ICC:          // profiles are not used
    case JWRN_BOGUS_PROGRESSION:  // see JPEGScans.swift
    case JWRN_EXTRANEOUS_DATA:    // bytes between segments, which are passed over
    case JWRN_JFIF_MAJOR:         // an unknown version of JFIF
    case JWRN_NOT_SEQUENTIAL:     // parameters that only progressive scans use
      return;
    default: pneumo_jpeg_fail(state);
  }
}

static inline struct jpeg_error_mgr *pneumo_jpeg_catch(pneumo_jpeg_errors *errors) {
  jpeg_std_error(&errors->manager);
  errors->manager.error_exit = pneumo_jpeg_fail;
  errors->manager.emit_message = pneumo_jpeg_note;
  return &errors->manager;
}

// MARK: Decoding

// The decoder of one image. Nothing of one image may be left for the next.
typedef struct {
  struct jpeg_decompress_struct state;
  pneumo_jpeg_errors errors;
} pneumo_jpeg_decoder;

// NULL where memory is short. Freed by pneumo_jpeg_close.
static inline pneumo_jpeg_decoder *pneumo_jpeg_open(void) {
  pneumo_jpeg_decoder *decoder = (pneumo_jpeg_decoder *)calloc(1, sizeof *decoder);
  if (!decoder) return NULL;
  decoder->state.err = pneumo_jpeg_catch(&decoder->errors);
  if (setjmp(decoder->errors.leave)) {
    jpeg_destroy_decompress(&decoder->state);
    free(decoder);
    return NULL;
  }
  jpeg_create_decompress(&decoder->state);
  return decoder;
}

static inline void pneumo_jpeg_close(pneumo_jpeg_decoder *decoder) {
  jpeg_destroy_decompress(&decoder->state);
  free(decoder);
}

// Reads the header; `bytes` must stay where they are until the decoder is closed.
static inline int pneumo_jpeg_read_header(
    pneumo_jpeg_decoder *decoder, const uint8_t *bytes, size_t count) {
  if (setjmp(decoder->errors.leave)) return 0;
  jpeg_mem_src(&decoder->state, bytes, count);
  return jpeg_read_header(&decoder->state, TRUE) == JPEG_HEADER_OK;
}

// Gets ready for the first row: gray, RGB or inverted CMYK of as many bytes a pixel as the file
// has components. By default of libjpeg the transform is the accurate one and chroma is
// triangle-filtered.
static inline int pneumo_jpeg_start(pneumo_jpeg_decoder *decoder) {
  if (setjmp(decoder->errors.leave)) return 0;
  switch (decoder->state.num_components) {
    case 1: decoder->state.out_color_space = JCS_GRAYSCALE; break;
    case 3: decoder->state.out_color_space = JCS_RGB; break;
    default: decoder->state.out_color_space = JCS_CMYK; break;
  }
  return jpeg_start_decompress(&decoder->state) &&
         decoder->state.output_components == decoder->state.num_components;
}

// Decodes the next row to `pixels`, `image_width * num_components` bytes.
static inline int pneumo_jpeg_read_row(pneumo_jpeg_decoder *decoder, uint8_t *pixels) {
  if (setjmp(decoder->errors.leave)) return 0;
  JSAMPROW row = pixels;
  return jpeg_read_scanlines(&decoder->state, &row, 1) == 1;
}

// Passes over `count` rows, fewer than are left: their coded data are checked all the same.
static inline int pneumo_jpeg_skip_rows(pneumo_jpeg_decoder *decoder, unsigned count) {
  if (setjmp(decoder->errors.leave)) return 0;
  return jpeg_skip_scanlines(&decoder->state, count) == count;
}

// Reads what follows the last row, up to the end marker.
static inline int pneumo_jpeg_finish(pneumo_jpeg_decoder *decoder) {
  if (setjmp(decoder->errors.leave)) return 0;
  return jpeg_finish_decompress(&decoder->state);
}

// MARK: Encoding

// An image in memory: rows of `width * channels` bytes, 1 (gray) or 3 (RGB) channels.
typedef struct {
  const uint8_t *pixels;
  unsigned width, height;
  int channels;
  int quality;            // 1 to 100
  int chromaSubsampling;  // 1: a color for each pixel; 2: for each 2 x 2
} pneumo_jpeg_image;

// Writes the baseline JPEG file of `image` to `target` and returns its size; 0 after an error, or
// where it has more bytes than `capacity`.
static inline size_t pneumo_jpeg_encode(
    const pneumo_jpeg_image *image, uint8_t *target, size_t capacity, pneumo_jpeg_errors *errors) {
  struct jpeg_compress_struct state = {0};
  unsigned char *file = target;
  unsigned long size = capacity;
  state.err = pneumo_jpeg_catch(errors);
  if (setjmp(errors->leave)) {
    jpeg_destroy_compress(&state);
    return 0;
  }
  jpeg_create_compress(&state);
  jpeg_mem_dest(&state, &file, &size);
  state.image_width = image->width;
  state.image_height = image->height;
  state.input_components = image->channels;
  state.in_color_space = image->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&state);
  jpeg_set_quality(&state, image->quality, TRUE);
  if (image->channels == 3) {
    state.comp_info[0].h_samp_factor = image->chromaSubsampling;
    state.comp_info[0].v_samp_factor = image->chromaSubsampling;
  }
  jpeg_start_compress(&state, TRUE);
  size_t stride = (size_t)image->width * image->channels;
  while (state.next_scanline < state.image_height) {
    JSAMPROW row = (JSAMPROW)(image->pixels + state.next_scanline * stride);
    jpeg_write_scanlines(&state, &row, 1);
  }
  jpeg_finish_compress(&state);
  jpeg_destroy_compress(&state);
  if (file == target) return size;
  free(file);  // libjpeg took memory of its own, for `capacity` was too little
  return 0;
}

#endif
