package org.treegrpo.reward.ocr;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetTextTest {

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      value = {
        "cat, cat",
        "Ice Cream, icecream",
        "'a sign that says \"Open Now\" at night', opennow",
        "'a sign that says \u201cStra\u00dfe\u201d', stra\u00dfe",
        "'\"first\" and \"second\"', first",
        "'an open \"quote', 'anopen\"quote'"
      })
  void findsTheTarget(String prompt, String target) {
    assertThat(TargetText.of(prompt)).as("target of %s", prompt).isEqualTo(target);
  }

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

  @ParameterizedTest
  @CsvSource({
    "cat, cat, 1",
    "cat, 'C A T', 1",
    "cat, '\uff23\uff21\uff34\u3000', 1",
    "cat, xxCATxx, 1",
    "cat, cut, 0.6666667",
    "cat, '', 0",
    "cat, elephants, 0",
    "hello, hallo!, 0.6",
  })
  void scoresAReading(String target, String read, float score) {
    assertThat(TargetText.score(target, read)).as("%s read as %s", target, read).isEqualTo(score);
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
    return TargetText.levenshtein(a.codePoints().toArray(), b.codePoints().toArray());
  }
}
