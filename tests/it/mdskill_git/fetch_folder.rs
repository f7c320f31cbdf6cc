use std::{error::Error, path::Path};

use mdskill_git::environment::PathEnvironment;
use mdskill_git::progress::Silent;
use mdskill_git::{http::client::Client, objects::Objects, protocol::Wants, transport::Remote};

type Files = Vec<(String, Vec<u8>)>;

async fn fetch_folder(client: &Client, url: &str, folder: &str, cache: &Path) -> Result<Files, Box<dyn Error>> {
    let objects = Objects::create(cache)?;
    let env = PathEnvironment::default();
    let mut remote = Remote::open(url, client, &env)?;
    let refs = remote.list_refs(&["HEAD".to_owned()]).await?;
    let commit = refs.first().ok_or("the repository has no default branch")?.commit();
    remote.fetch(&Wants::trees(commit), &objects, &Silent).await?;
    let found = objects.find(objects.root_tree(commit)?, folder)?;
    let files = objects.files(found.ok_or("the commit has no such folder")?.id)?;
    let blobs = Wants::objects(files.iter().map(|(_, entry)| entry.id));
    remote.fetch(&blobs, &objects, &Silent).await?;
    files.into_iter().map(|(path, entry)| Ok((path, objects.blob(entry.id)?.into()))).collect()
}
