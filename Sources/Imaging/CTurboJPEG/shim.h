// A C interface to libjpeg-turbo for Swift. libjpeg reports errors with longjmp, which must not
// cross Swift stack frames, so each function here catches errors and returns 0, leaving the reason
// in `message`.

#ifndef PNEUMO_CTURBOJPEG_SHIM_H
#define PNEUMO_CTURBOJPEG_SHIM_H

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>
#include <jerror.h>

// The error handler. `manager` comes first, so that a pointer to it is a pointer to the whole.
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

// A warning is an error if libjpeg makes up pixels that are missing from the file. The warnings
// below are ignored, because they concern bytes that no pixel depends on. The scans of a
// progressive file are checked beforehand.
static void pneumo_jpeg_note(j_common_ptr state, int level) {
  if (level >= 0) return;
  switch (state->err->msg_code) {
    case JWRN_ADOBE_XFORM:        // unknown color transform; the usual one is assumed
    case JWRN_BOGUS_ICC:          // color profiles are not used
    case JWRN_BOGUS_PROGRESSION:  // see JPEGScans.swift
    case JWRN_EXTRANEOUS_DATA:    // bytes between segments, which are skipped
    case JWRN_JFIF_MAJOR:         // unknown JFIF version
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

// The decoder of a single image; no state may carry over to the next image.
typedef struct {
  struct jpeg_decompress_struct state;
  pneumo_jpeg_errors errors;
} pneumo_jpeg_decoder;

// Returns NULL if memory is exhausted. Free the decoder with pneumo_jpeg_close.
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

// Reads the header. `bytes` must remain valid until the decoder is closed.
static inline int pneumo_jpeg_read_header(
    pneumo_jpeg_decoder *decoder, const uint8_t *bytes, size_t count) {
  if (setjmp(decoder->errors.leave)) return 0;
  jpeg_mem_src(&decoder->state, bytes, count);
  return jpeg_read_header(&decoder->state, TRUE) == JPEG_HEADER_OK;
}

// Prepares for reading the first row. Pixels are gray, RGB or inverted CMYK, with as many bytes per
// pixel as the file has components. libjpeg's defaults apply: the accurate inverse DCT, and
// triangle filtering of chroma.
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

// Skips `count` rows, which must be fewer than remain. Their coded data is still checked.
static inline int pneumo_jpeg_skip_rows(pneumo_jpeg_decoder *decoder, unsigned count) {
  if (setjmp(decoder->errors.leave)) return 0;
  return jpeg_skip_scanlines(&decoder->state, count) == count;
}

// Reads the data after the last row, up to the end marker.
static inline int pneumo_jpeg_finish(pneumo_jpeg_decoder *decoder) {
  if (setjmp(decoder->errors.leave)) return 0;
  return jpeg_finish_decompress(&decoder->state);
}

// MARK: Encoding

// An image in memory: rows of `width * channels` bytes, with 1 (gray) or 3 (RGB) channels.
typedef struct {
  const uint8_t *pixels;
  unsigned width, height;
  int channels;
  int quality;            // 1 to 100
  int chromaSubsampling;  // 1: chroma for each pixel; 2: for each 2 x 2 pixels
} pneumo_jpeg_image;

// Writes `image` to `target` as a baseline JPEG file and returns its size, or 0 after an error or
// if the file exceeds `capacity`.
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
  free(file);  // allocated by libjpeg because `capacity` was too small
  return 0;
}

#endif
