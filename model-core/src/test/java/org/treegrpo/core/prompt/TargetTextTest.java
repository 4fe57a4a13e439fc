package org.treegrpo.core.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetTextTest {
  @Test
  void caseSpacesAndWidthDoNotMatter() {
    assertThat(TargetText.isExactly("lamp", "L amp")).as("case and spaces").isTrue();
    assertThat(TargetText.isExactly("lamp", "ｌａｍｐ")).as("full-width letters").isTrue();
  }

  @Test
  void moreOrLessThanTheTextIsNotExact() {
    assertThat(TargetText.isExactly("lamp", "lamps")).as("a letter more").isFalse();
    assertThat(TargetText.isExactly("lamp", "lam")).as("a letter less").isFalse();
    assertThat(TargetText.isExactly("lamp", "")).as("nothing").isFalse();
    assertThat(TargetText.isExactly("", "")).as("nothing was wanted").isFalse();
  }

  @Test
  void aQuotedTextIsWhatIsWanted() {
    String prompt = "a shop sign that says \"Open Late\"";

    assertThat(TargetText.isExactly(prompt, "OPEN LATE")).as("the quoted text").isTrue();
    assertThat(TargetText.isExactly(prompt, prompt)).as("the whole prompt").isFalse();
  }

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
}
