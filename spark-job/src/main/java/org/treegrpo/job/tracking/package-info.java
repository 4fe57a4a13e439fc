/** A run in an experiment tracker, beside its directory. */
package org.treegrpo.job.tracking;
