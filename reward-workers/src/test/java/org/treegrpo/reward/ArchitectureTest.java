package org.treegrpo.reward;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Rewards run beside an executor and know nothing of it; their packages form no cycle. */
@AnalyzeClasses(
    packages = "org.treegrpo.reward",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule KNOWS_NO_CLUSTER =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..", "org.treegrpo.job..")
          .because("a reward worker also runs in a process of its own");

  @ArchTest
  static final ArchRule NO_NATIVE_CALLS =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.djl.pytorch.jni..")
          .because("org.treegrpo.core.tensor keeps the rules for DJL's native layer");

  @ArchTest
  static final ArchRule PACKAGES_FORM_NO_CYCLE =
      slices().matching("(org.treegrpo.reward..)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule NO_PRINTING =
      NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.because("a library logs");
}
