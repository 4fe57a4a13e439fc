/** What a run records about itself: one line a round, one line an evaluation, and its result. */
package org.treegrpo.job.metrics;
