package org.treegrpo.core.base;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;

/** JSON from outside: a key twice, or anything behind the value, is an error. */
public final class StrictJson {

  private static final ObjectMapper MAPPER = within(StreamReadConstraints.defaults());

  private StrictJson() {}

  /** With Jackson's limits of length and depth. */
  public static ObjectMapper mapper() {
    return MAPPER;
  }

  /** A mapper of its own with other limits. */
  public static ObjectMapper within(StreamReadConstraints limits) {
    JsonFactory strict =
        JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(limits)
            .build();
    return new ObjectMapper(strict).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  }
}
