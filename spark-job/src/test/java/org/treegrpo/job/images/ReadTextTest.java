package org.treegrpo.job.images;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReadTextTest {
  @Test
  void caseSpacesAndWidthDoNotMatter() {
    assertThat(ReadText.isExactly("lamp", "L amp")).as("case and spaces").isTrue();
    assertThat(ReadText.isExactly("lamp", "ｌａｍｐ")).as("full-width letters").isTrue();
  }

  @Test
  void moreOrLessThanTheTextIsNotExact() {
    assertThat(ReadText.isExactly("lamp", "lamps")).as("a letter more").isFalse();
    assertThat(ReadText.isExactly("lamp", "lam")).as("a letter less").isFalse();
    assertThat(ReadText.isExactly("lamp", "")).as("nothing").isFalse();
    assertThat(ReadText.isExactly("", "")).as("nothing was wanted").isFalse();
  }

  @Test
  void aQuotedTextIsWhatIsWanted() {
    String prompt = "a shop sign that says \"Open Late\"";

    assertThat(ReadText.isExactly(prompt, "OPEN LATE")).as("the quoted text").isTrue();
    assertThat(ReadText.isExactly(prompt, prompt)).as("the whole prompt").isFalse();
  }
}
