package org.treegrpo.core;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The algorithm knows neither the cluster nor the rewards, and its packages form no cycle. */
@AnalyzeClasses(
    packages = "org.treegrpo.core",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule KNOWS_NO_CLUSTER =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.apache.spark..",
              "org.apache.hadoop..",
              "org.apache.arrow..",
              "org.treegrpo.reward..",
              "org.treegrpo.job..")
          .because("model-core runs and is tested without a cluster");

  @ArchTest
  static final ArchRule NATIVE_CALLS_IN_ONE_PACKAGE =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.treegrpo.core.tensor")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.djl.pytorch.jni..")
          .because("the rules for DJL's native layer are kept in one place");

  @ArchTest
  static final ArchRule PACKAGES_FORM_NO_CYCLE =
      slices().matching("(org.treegrpo.core..)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule NO_PRINTING =
      NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.because("a library logs");
}
