package org.treegrpo.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The golden numbers of {@code golden.json}. */
public final class Golden {

  private static final JsonNode ROOT = read();

  private Golden() {}

  /** The node at a JSON pointer, which must exist. */
  public static JsonNode at(String pointer) {
    JsonNode node = ROOT.at(pointer);
    if (node.isMissingNode()) {
      throw new IllegalArgumentException("golden.json has nothing at " + pointer);
    }
    return node;
  }

  /** The numbers of the array at a JSON pointer. */
  public static double[] doubles(String pointer) {
    return doubles(at(pointer));
  }

  /** The numbers of an array. */
  public static double[] doubles(JsonNode array) {
    double[] values = new double[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asDouble();
    }
    return values;
  }

  /** The numbers of the array at a JSON pointer, rounded to float32. */
  public static float[] floats(JsonNode array) {
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) array.get(i).asDouble();
    }
    return values;
  }

  private static JsonNode read() {
    try (InputStream stream = Golden.class.getResourceAsStream("/golden.json")) {
      return new ObjectMapper().readTree(stream);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read golden.json", e);
    }
  }
}
