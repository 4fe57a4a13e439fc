package org.treegrpo.job;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The application's packages form no cycle, and settings and files do not depend on Spark. */
@AnalyzeClasses(packages = "org.treegrpo.job", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule NO_NATIVE_CALLS =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.djl.pytorch.jni..")
          .because("org.treegrpo.core.tensor keeps the rules for DJL's native layer");

  @ArchTest
  static final ArchRule VALUES_AND_FILES_WITHOUT_SPARK =
      noClasses()
          .that()
          .resideInAnyPackage(
              "org.treegrpo.job.settings..",
              "org.treegrpo.job.checkpoint..",
              "org.treegrpo.job.metrics..",
              "org.treegrpo.job.audit..",
              "org.treegrpo.job.images..",
              "org.treegrpo.job.report..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.spark..")
          .because("they are read, written and tested without a SparkContext");

  @ArchTest
  static final ArchRule PACKAGES_FORM_NO_CYCLE =
      slices().matching("(org.treegrpo.job..)").should().beFreeOfCycles();
}
