package org.treegrpo.core.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EditDistanceTest {

  @ParameterizedTest
  @CsvSource({
    "kitten, sitting, 3",
    "'', abc, 3",
    "abc, '', 3",
    "flaw, lawn, 2",
    "abc, abc, 0",
    "ab, ba, 2",
    "intention, execution, 5"
  })
  void countsEdits(String a, String b, int distance) {
    assertThat(distance(a, b)).as("Levenshtein(%s, %s)", a, b).isEqualTo(distance);
  }

  @Property(tries = 300)
  void distanceIsAMetric(
      @ForAll @CharRange(from = 'a', to = 'c') @StringLength(max = 6) String a,
      @ForAll @CharRange(from = 'a', to = 'c') @StringLength(max = 6) String b,
      @ForAll @CharRange(from = 'a', to = 'c') @StringLength(max = 6) String c) {
    assertThat(distance(a, b)).as("symmetric").isEqualTo(distance(b, a));
    assertThat(distance(a, b) == 0).as("zero for equal texts only").isEqualTo(a.equals(b));
    assertThat(distance(a, c))
        .as("triangle inequality")
        .isLessThanOrEqualTo(distance(a, b) + distance(b, c));
  }

  private static int distance(String a, String b) {
    return EditDistance.levenshtein(a, b);
  }

  @Test
  void lettersThatChangedPlacesAreOneMistakeOfTyping() {
    assertThat(EditDistance.ofTyping("widht", "width")).as("a swap").isEqualTo(1);
    assertThat(EditDistance.levenshtein("widht", "width")).as("two replacements").isEqualTo(2);
    assertThat(EditDistance.ofTyping("ca", "abc"))
        .as("what was swapped is not touched again")
        .isEqualTo(3);
  }

  @Test
  void theNearestNameIsFound() {
    assertThat(EditDistance.nearest("scael", List.of("shift", "scale", "file")))
        .as("one swap away")
        .isEqualTo("scale");
    assertThat(EditDistance.nearest("x", List.of("b", "a")))
        .as("the first of equals, whatever their order")
        .isEqualTo("a");
  }
}
