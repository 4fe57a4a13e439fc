package org.treegrpo.reward.torch;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The option {@code conditioning}: the shape of each conditioning tensor of one prompt. */
final class ConditioningShapes {

  private static final Pattern SYNTAX = Pattern.compile("[1-9][0-9]*(x[1-9][0-9]*)*");

  private ConditioningShapes() {}

  /** {@code "77x768, 768"} is [77, 768] and [768]; empty if malformed. */
  static Optional<List<Shape>> parse(String option) {
    List<Shape> shapes = new ArrayList<>();
    for (String part : option.split(",", -1)) {
      if (!SYNTAX.matcher(part.strip()).matches()) {
        return Optional.empty();
      }
      long[] dimensions =
          Arrays.stream(part.strip().split("x", -1)).mapToLong(Long::parseLong).toArray();
      shapes.add(new Shape(dimensions));
    }
    return Optional.of(shapes);
  }
}
